using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Log.Hazards.Tests.Network;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Witnesses;

/// <summary>
/// A witness of the log, which can go away and come back with all that it knows. Nodes reach it through a relay that
/// keeps every head they ask it to cosign.
/// </summary>
internal abstract class HazardWitness(string name, HazardKey key) : IAsyncDisposable
{
    private HttpRelay? _relay;
    private IAsyncDisposable? _running;

    /// <summary>Its name in policies.</summary>
    public string Name => name;

    public PublicKey PublicKey => key.PublicKey;

    /// <summary>Its line in a policy.</summary>
    public string PolicyLine => $"witness {name} {key.PublicKey} {Relay.Url}";

    protected HazardKey Key => key;

    private HttpRelay Relay => _relay ?? throw new InvalidOperationException($"{name} is not started.");

    /// <summary>Makes a witness of a log and starts it.</summary>
    public static async Task<HazardWitness> StartAsync(
        WitnessKind kind,
        PeerPrograms peers,
        TempDirectory folder,
        HazardKey log,
        HeadHistory history,
        CancellationToken cancellation)
    {
        string name = kind.ToString().ToLowerInvariant();
        HazardKey key = HazardKey.Generate(folder.FullName, "witness-" + name);
        HazardWitness witness = kind switch
        {
            WitnessKind.Sigsum => new SigsumHazardWitness(name, key, peers, folder, log),
            WitnessKind.Lite => new LiteHazardWitness(name, key, peers, folder, log),
            _ => new TrialHazardWitness(name, key, log),
        };
        witness._relay = await HttpRelay.StartAsync(cancellation);
        witness._relay.Watch = (path, body) => Keep(history, name, path, body);
        await witness.ComeBackAsync(cancellation);
        return witness;
    }

    /// <summary>Stops it.</summary>
    public async Task GoAwayAsync()
    {
        Relay.Target = null;
        if (_running is not null)
            await _running.DisposeAsync();
        _running = null;
    }

    /// <summary>From now on it takes requests and does not answer.</summary>
    public void FallSilent() => Relay.Answers.Close();

    /// <summary>It answers again, what it was asked meanwhile included.</summary>
    public void SpeakAgain() => Relay.Answers.Open();

    /// <summary>Starts it again, with all that it knew.</summary>
    public async Task ComeBackAsync(CancellationToken cancellation)
    {
        (_running, Relay.Target) = await StartAsync(cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await GoAwayAsync();
        await Relay.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts it, with what it knew when it was stopped, if it ran before.</summary>
    protected abstract Task<(IAsyncDisposable Running, Uri Url)> StartAsync(CancellationToken cancellation);

    private static void Keep(HeadHistory history, string name, string path, ReadOnlyMemory<byte> body)
    {
        if (!path.EndsWith("/add-checkpoint", StringComparison.Ordinal))
            return;
        try
        {
            TreeHead head = AddCheckpointRequest.Parse(body.Span).Checkpoint.TreeHead;
            history.Add("asked of witness " + name, head);
        }
        catch (SigsumFormatException e)
        {
            history.Complain($"witness {name} was sent what is no add-checkpoint request: {e.Message}");
        }
    }
}
