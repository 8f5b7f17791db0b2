using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>Everybody who uses the log while something happens to it.</summary>
internal sealed class HazardClients : IAsyncDisposable
{
    /// <param name="peers">Debian's programs.</param>
    /// <param name="log">The log.</param>
    /// <param name="policyFile">The policy for clients.</param>
    /// <param name="submitters">How many submitters of this process there are.</param>
    /// <param name="history">Gets every head that is seen.</param>
    public HazardClients(PeerPrograms peers, HazardLog log, string policyFile, int submitters, HeadHistory history)
    {
        HazardKey submitter = HazardKey.Generate(log.Folder.FullName, "submitter");
        Fast = new FastSubmitter(log.PublicUrl, submitters, Notes);
        Submit = new SubmitLoop(peers, log.Folder, submitter, policyFile, Notes);
        Monitor = new MonitorLoop(peers, policyFile, submitter, Notes);
        Heads = new HeadCollector(log.PublicUrl, () => log.Nodes, log.Key.PublicKey, history, Notes);
    }

    /// <summary>What they were told that was no success.</summary>
    public ClientNotes Notes { get; } = new();

    public FastSubmitter Fast { get; }

    public SubmitLoop Submit { get; }

    public MonitorLoop Monitor { get; }

    public HeadCollector Heads { get; }

    public void Start()
    {
        Heads.Start();
        Fast.Start();
        Submit.Start();
        Monitor.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Fast.DisposeAsync();
        await Submit.DisposeAsync();
        await Monitor.DisposeAsync();
        await Heads.DisposeAsync();
    }
}
