using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Publication;

/// <summary>
/// Owns what is published. A cosigned tree head is stored before anybody sees it, so that a restart neither loses
/// cosignatures nor goes back; sizes never decrease (I5).
/// </summary>
internal sealed partial class Publisher(
    ILogStore store, NodeServices services)
{
    /// <summary>Name of the stored record with the published head, in the form that get-tree-head answers.</summary>
    public const string RecordKey = "published";

    private readonly ILogger _logger = services.Logger<Publisher>();
    private readonly Lock _gate = new();
    private readonly Watermark _size = new(0);
    private volatile PublishedTree? _current;
    private bool _withdrawn;
    private ulong _largest = ulong.MaxValue;

    /// <summary>What readers see, or null while nothing may be shown.</summary>
    public PublishedTree? Current => _current;

    /// <summary>The published size, to wait on.</summary>
    public Watermark Size => _size;

    /// <summary>The head that this store published last; its signature is checked, if the key is known.</summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static CosignedTreeHead? LoadPublished(ILogStore store, PublicKey? logKey) =>
        store.ReadRecord(RecordKey) is { } bytes ? ParsePublished(bytes, logKey) : null;

    /// <summary>Reads the record, as <see cref="LoadPublished"/> does.</summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static CosignedTreeHead ParsePublished(ReadOnlySpan<byte> bytes, PublicKey? logKey)
    {
        try
        {
            var head = CosignedTreeHead.Parse(bytes);
            return logKey is not { } key || head.SignedTreeHead.Verify(key)
                ? head
                : throw new StoreException("the stored published tree head is not signed with this log's key");
        }
        catch (SigsumFormatException error)
        {
            throw new StoreException($"the stored published tree head is damaged: {error.Message}");
        }
    }

    /// <summary>Shows again what was shown before the restart, and stores it where less of it is shown now.</summary>
    public void Resume(CosignedTreeHead head)
    {
        lock (_gate)
        {
            var tree = PublishedTree.Restore(head, services.Time.GetUtcNow());
            if (IsStored(tree))
                Show(tree);
            else
                Keep(tree);
        }
    }

    /// <summary>Whether what is shown is what is stored; true where nothing is shown.</summary>
    /// <exception cref="StoreException">The record cannot be read.</exception>
    public bool IsStoredAsShown()
    {
        lock (_gate)
            return _current is not { } shown || IsStored(shown);
    }

    /// <summary>Publishes <paramref name="head"/> with its cosignatures.</summary>
    /// <exception cref="InvariantViolationException">The published size would decrease.</exception>
    public void Publish(StoredTreeHead head, ImmutableArray<Cosignature> cosignatures)
    {
        lock (_gate)
        {
            if (_withdrawn || head.Size > _largest)
                return;
            Invariant.Check(
                _current is null || head.Size >= _current.Size,
                $"the published size would go back from {_current?.Size} to {head.Size}");
            Keep(PublishedTree.Create(head, WithEarlier(head, cosignatures), services.Time.GetUtcNow()));
        }

        Published(_logger, head.Size, cosignatures.Length);
    }

    /// <summary>
    /// Shows nothing any more: this node turned out to be an older copy of the log, and what it would show is less than
    /// what was shown before.
    /// </summary>
    public void Withdraw()
    {
        lock (_gate)
        {
            _withdrawn = true;
            _current = null;
        }
    }

    /// <summary>
    /// Shows no head any more that is larger than this: what is stored of the leaf behind it is damaged, and nobody
    /// could tell which answers about such a head are right.
    /// </summary>
    public void WithdrawAbove(ulong size)
    {
        lock (_gate)
        {
            _largest = Math.Min(_largest, size);
            if (_current?.Size > _largest)
                _current = null;
        }
    }

    /// <summary>Adds a cosignature that came after its head was published, if that head still stands.</summary>
    public void AddLate(StoredTreeHead head, Cosignature cosignature)
    {
        lock (_gate)
        {
            if (_current is { } shown && shown.Head.SignedTreeHead == head.Signed && !IsKnown(shown, cosignature))
                Keep(shown.With(cosignature));
        }
    }

    /// <summary>
    /// A refresh of the same head keeps the cosignatures of witnesses that were slow this time: they are as valid as
    /// they were, and a published head does not lose its quorum by being refreshed.
    /// </summary>
    private ImmutableArray<Cosignature> WithEarlier(StoredTreeHead head, ImmutableArray<Cosignature> cosignatures) =>
        _current is { } shown && shown.Head.SignedTreeHead == head.Signed
            ? cosignatures.AddRange(shown.Head.Cosignatures.Where(
                earlier => cosignatures.All(fresh => fresh.KeyHash != earlier.KeyHash)))
            : cosignatures;

    private static bool IsKnown(PublishedTree shown, Cosignature cosignature) =>
        shown.Head.Cosignatures.Any(c => c.KeyHash == cosignature.KeyHash && c.Timestamp >= cosignature.Timestamp);

    private bool IsStored(PublishedTree tree) =>
        store.ReadRecord(RecordKey) is { } stored && stored.AsSpan().SequenceEqual(tree.Body.Span);

    private void Keep(PublishedTree tree)
    {
        store.CommitRecords([new StoreRecord(RecordKey, tree.Body)]);
        Show(tree);
    }

    private void Show(PublishedTree tree)
    {
        _current = tree;
        _size.Advance(tree.Size);
        services.Metrics.Trees.OnPublished(tree.Size, tree.SignedAt);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "published size {Size} with {Cosignatures} cosignatures")]
    private static partial void Published(ILogger logger, ulong size, int cosignatures);
}
