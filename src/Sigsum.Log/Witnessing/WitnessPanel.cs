using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Log.Witnessing;

/// <summary>
/// The witnesses of the policy file as it was read last. Reading it again replaces the whole panel between two
/// rounds; a witness whose size is no longer known is asked for it by its own 409.
/// </summary>
/// <remarks>
/// A promoted primary knows the head that was published last, and perhaps not the one that was signed last, which its tree
/// contains: up to <paramref name="signedBefore"/> a witness may have cosigned more than this node has signed. Then what was
/// known was not the last, and is not shown any more.
/// </remarks>
internal sealed partial class WitnessPanel(
    PrimaryOptions options,
    PublicKey logKey,
    ILogStore store,
    PrimaryRole role,
    Preflight preflight,
    TreeHeadSigner signer,
    Publisher publisher,
    ulong signedBefore,
    HttpClient http,
    NodeServices services)
{
    private readonly ILogger _logger = services.Logger<WitnessPanel>();
    private volatile CosignatureCollector? _current;

    /// <summary>The panel of the next round.</summary>
    public CosignatureCollector Current() =>
        _current ?? throw new InvalidOperationException("the policy has not been read yet");

    /// <summary>
    /// A head that was published before the restart, with those of its cosignatures that verify now: nothing vouches
    /// for the bytes of the others. Null where --require-quorum asks for more than is left.
    /// </summary>
    /// <exception cref="StartupException">The policy file cannot be read or used.</exception>
    public CosignedTreeHead? Confirm(CosignedTreeHead published)
    {
        var policy = ReadPolicy(options.PolicyFile);
        var origin = SigsumOrigin.ForLog(logKey);
        var head = published.SignedTreeHead.TreeHead;
        var confirmed = published.Cosignatures.RemoveAll(
            c => policy?.FindWitness(c.KeyHash) is not { } witness || !c.Verify(witness.PublicKey, origin, head));
        var dropped = published.Cosignatures.Length - confirmed.Length;
        if (dropped == 0)
            return published;
        NotConfirmed(_logger, dropped, published.Cosignatures.Length);
        return options.RequireQuorum && policy?.IsQuorum(confirmed.Select(c => c.KeyHash).ToHashSet()) != true
            ? null
            : published with { Cosignatures = confirmed };
    }

    /// <summary>Reads the policy file for the first time, after the publisher has resumed.</summary>
    /// <exception cref="StartupException">The policy file cannot be read or used.</exception>
    public void Load() => _current = Build(ReadPolicy(options.PolicyFile));

    /// <summary>Reads the policy file again; keeps the present panel where that fails.</summary>
    public void Reload()
    {
        try
        {
            var next = Build(ReadPolicy(options.PolicyFile));
            _current = next;
            Reloaded(_logger, next.Count);
        }
        catch (StartupException error)
        {
            NotReloaded(_logger, error.Message);
        }
    }

    private TrustPolicy? ReadPolicy(string? path)
    {
        if (path is null)
            return null;
        try
        {
            using var file = services.Machine.Disk.OpenRead(path);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return TrustPolicy.Parse(bytes.ToArray());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SigsumFormatException)
        {
            throw new StartupException($"cannot read the policy in {path} (--policy-file): {error.Message}");
        }
    }

    private CosignatureCollector Build(TrustPolicy? policy)
    {
        var lanes = policy is null
            ? []
            : policy.Witnesses.Where(witness => witness.Url is not null).Select(Lane).ToImmutableArray();
        preflight.Expect(
            lanes.Select(lane => lane.Witness.PublicKey.KeyHash()), answered => policy?.IsQuorum(answered) ?? true);
        return new CosignatureCollector(
            policy, lanes, options.CosignatureGrace, publisher.AddLate, services.Metrics, services.Time);
    }

    private WitnessLane Lane(PolicyWitness witness)
    {
        var published = publisher.Current?.Head;
        var keyHash = witness.PublicKey.KeyHash();
        var cosigned = published is not null && published.Cosignatures.Any(c => c.KeyHash == keyHash)
            ? published.SignedTreeHead.TreeHead.Size
            : 0;
        var client = Client(witness);
        return new WitnessLane(
            witness, client, logKey, store, role, preflight, () => Math.Max(signer.Last?.Size ?? 0, signedBefore),
            publisher.HideBelow, cosigned,
            services.Metrics, options.Node.Timeout, services.Time, services.Logger<WitnessLane>());
    }

    private WitnessClient Client(PolicyWitness witness)
    {
        try
        {
            return new WitnessClient(http, witness.Url!, services.ClientOptions(options.Node));
        }
        catch (ArgumentException error)
        {
            throw new StartupException(
                $"the URL of witness {witness.Name} in {options.PolicyFile} (--policy-file) cannot be used: "
                + error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Dropped} of {Count} stored cosignatures are not shown again: not valid, or of no witness of the policy")]
    private static partial void NotConfirmed(ILogger logger, int dropped, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "policy read again: {Count} witnesses are asked")]
    private static partial void Reloaded(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "the policy stays as it was: {Problem}")]
    private static partial void NotReloaded(ILogger logger, string problem);
}
