using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Witnesses;

/// <summary>litewitness, which keeps what it has cosigned in a database.</summary>
internal sealed class LiteHazardWitness(
    string name, HazardKey key, PeerPrograms peers, TempDirectory folder, HazardKey log) : HazardWitness(name, key)
{
    private bool _knowsLog;

    protected override async Task<(IAsyncDisposable Running, Uri Url)> StartAsync(CancellationToken cancellation)
    {
        File.Delete(folder.PathOf("litewitness.sock")); // a killed agent leaves it behind
        LiteWitness witness = await LiteWitness.StartAsync(
            peers, folder, Key.PrivateFile, "example.com/" + Name, cancellation);
        if (!_knowsLog)
            await witness.AddLogAsync(log.PublicKey.ToString(), cancellation);
        _knowsLog = true;
        return (witness, witness.Url);
    }
}
