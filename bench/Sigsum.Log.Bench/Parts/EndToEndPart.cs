using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Bench.Results;
using Sigsum.Log.Bench.Servers;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Parts;

/// <summary>
/// One leaf at a time on an idle log, both servers as they are configured by default: until it gets 200, until a client of
/// ours that asks each 50 ms has verified its proof, and until Debian's sigsum-submit has.
/// </summary>
internal sealed class EndToEndPart : IPart
{
    private const int WarmUp = 5;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public string Name => "end-to-end";

    /// <summary>One round: log-go takes up to its interval of 30 s for each leaf.</summary>
    public async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        await RunAsync(bench, ServerKind.Ours, cancellation);
        await RunAsync(bench, ServerKind.LogGo, cancellation);
    }

    private async Task RunAsync(Bench bench, ServerKind kind, CancellationToken cancellation)
    {
        const int round = 0;
        int count = kind == ServerKind.Ours ? bench.Plan.Submissions.Ours : bench.Plan.Submissions.LogGo;
        if (count == 0)
            return;
        LogShape shape = new() { Kind = kind, Interval = null };
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, shape, cancellation);
        using Ed25519Signer submitter = Ed25519Signer.Generate();
        for (int i = 0; i < WarmUp && kind == ServerKind.Ours; i++)
            await SubmitAsync(log, submitter, cancellation); // the first leaves meet a program that is not compiled yet
        List<double> committed = [], proved = [];
        for (int i = 0; i < count; i++)
        {
            (TimeSpan toCommitted, TimeSpan toProof) = await SubmitAsync(log, submitter, cancellation);
            committed.Add(toCommitted.TotalMilliseconds);
            proved.Add(toProof.TotalMilliseconds);
        }

        const string polling = "idle, client polls at 50 ms";
        bench.Add(Name, polling, "first POST to 200 p50, ms", kind, round, Spread.Quantile(committed, 0.5));
        bench.Add(Name, polling, "first POST to 200 p99, ms", kind, round, Spread.Quantile(committed, 0.99));
        bench.Add(Name, polling, "to verified proof p50, ms", kind, round, Spread.Quantile(proved, 0.5));
        bench.Add(Name, polling, "to verified proof p99, ms", kind, round, Spread.Quantile(proved, 0.99));
        TimeSpan submit = await RunSigsumSubmitAsync(bench.Peers, log, round, cancellation);
        bench.Add(Name, "idle, sigsum-submit", "to verified proof, ms", kind, round, submit.TotalMilliseconds);
    }

    private static async Task<(TimeSpan Committed, TimeSpan Proved)> SubmitAsync(
        LogUnderTest log, Ed25519Signer submitter, CancellationToken cancellation)
    {
        using HttpClient http = new();
        LogClient client = new(http, log.Primary.Url);
        Hash message = new(RandomNumberGenerator.GetBytes(Hash.Size));
        AddLeafRequest request = await AddLeafRequest.SignAsync(message, submitter, cancellation);
        TrustPolicy policy = TrustPolicy.Parse(await File.ReadAllBytesAsync(log.ClientPolicyFile, cancellation));
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        // Connected before the clock runs; what is timed is the log.
        await client.GetTreeHeadAsync(limit.Token);
        long start = Stopwatch.GetTimestamp();
        while (await client.AddLeafAsync(request, null, limit.Token) != AddLeafStatus.Committed)
            await Task.Delay(Poll, TimeProvider.System, limit.Token);
        TimeSpan committed = Stopwatch.GetElapsedTime(start);
        SubmitOptions options = new() { FirstPause = Poll, PollInterval = Poll };
        await Submitter.SubmitAsync(client, log.Key.PublicKey, request, policy, options, limit.Token);
        return (committed, Stopwatch.GetElapsedTime(start));
    }

    private static async Task<TimeSpan> RunSigsumSubmitAsync(
        PeerPrograms peers, LogUnderTest log, int round, CancellationToken cancellation)
    {
        NodeKey key = await NodeKey.GenerateAsync(peers, log.Folder, "submitter", cancellation);
        string file = log.Folder.Write("message", string.Create(CultureInfo.InvariantCulture, $"message of round {round}\n"));
        long start = Stopwatch.GetTimestamp();
        ProgramResult result = await ProgramProcess.RunAsync(
            peers["sigsum-submit"],
            ["-k", key.PrivateFile, "-p", log.ClientPolicyFile, "-o", log.Folder.PathOf("proof"), "--timeout", "170s", file],
            cancellation, timeout: Patience);
        result.Succeeded();
        return Stopwatch.GetElapsedTime(start);
    }
}
