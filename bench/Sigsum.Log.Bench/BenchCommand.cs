using Sigsum.Log.Bench.Parts;
using Sigsum.Log.Bench.Results;
using Sigsum.Testing;

namespace Sigsum.Log.Bench;

/// <summary>The command line: which parts run, at what size, and where the results go.</summary>
internal static class BenchCommand
{
    private static readonly IPart[] s_parts =
    [
        new WritePart(), new EndToEndPart(), new ReadPart(), new GrowthPart(), new CatchUpPart(), new FailoverPart(), new IdlePart(),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (BenchOptions.Read(arguments, [.. s_parts.Select(part => part.Name)], out string problem) is not { } options)
        {
            await Console.Error.WriteLineAsync($"bench/run: {problem}");
            return 2;
        }

        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        PeerPrograms peers = await PeerPrograms.RequireAsync(stop.Token);
        using Bench bench = new(peers, options.Plan, Console.Error);
        foreach (IPart part in s_parts.Where(part => options.Parts.Contains(part.Name)))
            await part.RunAsync(bench, stop.Token);
        await ResultFiles.WriteAsync(options, bench.Samples, stop.Token);
        await Console.Out.WriteAsync(ResultTable.Write(bench.Samples));
        return 0;
    }
}
