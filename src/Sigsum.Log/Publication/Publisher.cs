using System.Buffers;
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
internal sealed partial class Publisher(ILogStore store, HeadReplicas replicas, NodeServices services)
{
    /// <summary>Name of the stored record with the published head, in the form that get-tree-head answers.</summary>
    public const string RecordKey = "published";

    private readonly ILogger _logger = services.Logger<Publisher>();
    private readonly Lock _gate = new();
    private readonly Watermark _size = new(0);
    private volatile PublishedTree? _current;
    private volatile PublishedTree? _lastShown;
    private PublishedTree? _coming;
    private ulong _hiddenBelow;
    private bool _withdrawn;
    private volatile bool _doubted;
    private ulong _largest = ulong.MaxValue;

    /// <summary>What is published, or null while nothing may be.</summary>
    public PublishedTree? Current => _current;

    /// <summary>What readers see, or null while nothing may be shown.</summary>
    public PublishedTree? Shown => _doubted ? null : _current;

    /// <summary>The head that was shown last, also where none is shown any more.</summary>
    public PublishedTree? LastShown => _lastShown;

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

    /// <summary>A head as it is stored.</summary>
    public static StoreRecord ToStore(CosignedTreeHead head)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        head.Write(body);
        return new StoreRecord(RecordKey, body.WrittenMemory);
    }

    /// <summary>Shows again what was shown before the restart, and stores it where less of it is shown now.</summary>
    public void Resume(CosignedTreeHead head)
    {
        lock (_gate)
        {
            var tree = PublishedTree.Restore(head, services.Time.GetUtcNow());
            replicas.Offer(tree);
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

    /// <summary>
    /// Makes what is published next, and offers it to the secondaries, which should know it before anybody else does.
    /// Cosignatures that come before <see cref="Publish()"/> are added to it.
    /// </summary>
    public PublishedTree Prepare(StoredTreeHead head, ImmutableArray<Cosignature> cosignatures)
    {
        lock (_gate)
        {
            _coming = PublishedTree.Create(head, WithEarlier(head, cosignatures), services.Time.GetUtcNow());
            replicas.Offer(_coming);
            return _coming;
        }
    }

    /// <summary>Publishes at once; for what the secondaries need not know before.</summary>
    public void Publish(StoredTreeHead head, ImmutableArray<Cosignature> cosignatures)
    {
        Prepare(head, cosignatures);
        Publish();
    }

    /// <summary>Publishes what was prepared last.</summary>
    /// <exception cref="InvariantViolationException">The published size would decrease.</exception>
    public void Publish()
    {
        lock (_gate)
        {
            if (_withdrawn || _coming is not { } next || next.Size < _hiddenBelow || next.Size > _largest)
                return;
            Invariant.Check(
                next.Size >= _size.Value, $"the published size would go back from {_size.Value} to {next.Size}");
            _coming = null;
            Keep(next);
            Published(_logger, next.Size, next.Head.Cosignatures.Length);
        }
    }

    /// <summary>Shows nothing below a size: a head of that much may have been shown before this node knew of it.</summary>
    public void HideBelow(ulong size)
    {
        lock (_gate)
        {
            _hiddenBelow = Math.Max(_hiddenBelow, size);
            if (_current?.Size < _hiddenBelow)
                _current = null;
        }
    }

    /// <summary>Shows readers nothing until <see cref="Trust"/>: this node may be an older copy of the log.</summary>
    public void Doubt() => _doubted = true;

    /// <summary>This node is no older copy.</summary>
    public void Trust() => _doubted = false;

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
            if (_coming is { } coming && coming.Head.SignedTreeHead == head.Signed && !IsKnown(coming, cosignature))
                _coming = coming.With(cosignature);
            else if (_current is { } shown && shown.Head.SignedTreeHead == head.Signed && !IsKnown(shown, cosignature))
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
        replicas.Offer(tree);
        Show(tree);
    }

    private void Show(PublishedTree tree)
    {
        if (_withdrawn || tree.Size < _hiddenBelow || tree.Size > _largest)
            return;
        _current = tree;
        _lastShown = tree;
        _size.Advance(tree.Size);
        services.Metrics.Trees.OnPublished(tree.Size, tree.SignedAt);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "published size {Size} with {Cosignatures} cosignatures")]
    private static partial void Published(ILogger logger, ulong size, int cosignatures);
}
