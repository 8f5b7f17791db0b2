using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests.Witnesses;

/// <summary>Our own witness in this process, which misbehaves as it is told. What it knows outlives its absence.</summary>
internal sealed class TrialHazardWitness(string name, HazardKey key, HazardKey log) : HazardWitness(name, key)
{
    private readonly Ed25519Signer _signer = key.OpenSigner();
    private TrialWitness? _witness;

    public TrialWitness Witness => _witness ?? throw new InvalidOperationException($"{Name} is not started.");

    /// <summary>Makes it behave as if it had cosigned this head of the log.</summary>
    public Task SetLatestAsync(TreeHead head, CancellationToken cancellation) =>
        Witness.SetLatestAsync(log.PublicKey, head, cancellation);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _signer.Dispose();
    }

    protected override async Task<(IAsyncDisposable Running, Uri Url)> StartAsync(CancellationToken cancellation)
    {
        TrialWitnessOptions options = new()
        {
            Name = "example.com/" + Name,
            Signer = _signer,
            Logs = [log.PublicKey],
            StatePath = Path.ChangeExtension(Key.PrivateFile, ".state"),
        };
        _witness = await TrialWitness.StartAsync(options, cancellation);
        return (_witness, _witness.Url);
    }
}
