using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Witnesses;

/// <summary>sigsum-witness, which keeps what it has cosigned in a file.</summary>
internal sealed class SigsumHazardWitness(
    string name, HazardKey key, PeerPrograms peers, TempDirectory folder, HazardKey log) : HazardWitness(name, key)
{
    protected override async Task<(IAsyncDisposable Running, Uri Url)> StartAsync(CancellationToken cancellation)
    {
        SigsumWitness witness = await SigsumWitness.StartAsync(
            peers, folder, Key.PrivateFile, log.PublicFile, cancellation);
        return (witness, witness.Url);
    }
}
