using Sigsum.Log.Bench.Load;
using Sigsum.Log.Bench.Results;
using Sigsum.Log.Bench.Servers;
using Sigsum.Testing;

namespace Sigsum.Log.Bench;

/// <summary>What all parts share: sizes and times, Debian's programs, signed leaves, and where figures go.</summary>
internal sealed class Bench(PeerPrograms peers, Plan plan, TextWriter progress) : IDisposable
{
    private readonly List<Sample> _samples = [];

    public PeerPrograms Peers => peers;

    public Plan Plan => plan;

    public LeafPool Leaves { get; } = new();

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Runs something as often as the plan says, ours and log-go in turn: A B A B.</summary>
    public async Task InTurnAsync(Func<ServerKind, int, Task> run)
    {
        for (int round = 0; round < plan.Rounds; round++)
        {
            await run(ServerKind.Ours, round);
            await run(ServerKind.LogGo, round);
        }
    }

    /// <summary>Keeps a figure; one that is none, since nothing of the kind happened, is left out.</summary>
    public void Add(string part, string @case, string metric, ServerKind server, int round, double value)
    {
        if (!double.IsFinite(value))
            return;
        string name = server switch
        {
            ServerKind.Ours => ResultTable.Ours,
            ServerKind.LogGo => ResultTable.LogGo,
            _ => ResultTable.Bare,
        };
        _samples.Add(new Sample(part, @case, metric, name, round, value));
        Say($"{part}: {@case}: {metric}: {name}: {value:G4}");
    }

    public void Say(string line) => progress.WriteLine(line);

    public void Dispose() => Leaves.Dispose();
}
