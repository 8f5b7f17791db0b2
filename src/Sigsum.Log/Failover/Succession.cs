using Microsoft.Extensions.Logging;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// The latest promotion record that this node has seen, kept in its store (I6: one signer). A record is on stable storage
/// before anybody acts on it, so a node that has learned of a later primary knows it after any crash.
/// </summary>
internal sealed partial class Succession
{
    /// <summary>Name of the stored record.</summary>
    public const string RecordKey = "promotion";

    /// <summary>Name of the stored record with another promotion of the same epoch.</summary>
    public const string RivalKey = "promotion-rival";

    private readonly ILogStore _store;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private volatile PromotionRecord? _latest;
    private volatile PromotionRecord? _rival;

    /// <summary>Reads what the store knows.</summary>
    /// <exception cref="StoreException">The stored record is damaged, or another log's.</exception>
    public Succession(ILogStore store, NodeServices services)
    {
        _store = store;
        _logger = services.Logger<Succession>();
        _latest = Load(store);
        Epoch = new Watermark(_latest?.Epoch ?? 0);
        if (Load(store, RivalKey) is { } rival && rival.Epoch == _latest?.Epoch)
            _rival = rival;
    }

    /// <summary>Raised, once for each, after a later record was stored.</summary>
    public event Action<PromotionRecord>? Superseded;

    /// <summary>Raised when two records of the same epoch were seen; the text says which.</summary>
    public event Action<string>? Conflicted;

    /// <summary>The epoch of the latest record, to wait on.</summary>
    public Watermark Epoch { get; }

    /// <summary>The latest record, or null before the first promotion.</summary>
    public PromotionRecord? Latest => _latest;

    /// <summary>Another record of the same epoch as the latest; null where none was seen.</summary>
    public PromotionRecord? Rival => _rival;

    /// <summary>This node.</summary>
    public Guid NodeId => _store.Identity.NodeId;

    /// <summary>What this node says of itself to others.</summary>
    public NodeGreeting Greeting => NodeGreeting.For(NodeId, _latest);

    /// <summary>Two promotions of one epoch, in words; null while none were seen.</summary>
    public string? Conflict => _rival is { } rival ? Describe(rival) : null;

    /// <summary>The record that a store holds, or null.</summary>
    /// <exception cref="StoreException">It is damaged, or another log's.</exception>
    public static PromotionRecord? Load(ILogStore store) => Load(store, RecordKey);

    private static PromotionRecord? Load(ILogStore store, string key)
    {
        if (store.ReadRecord(key) is not { } bytes)
            return null;
        try
        {
            var record = PromotionRecord.Parse(bytes);
            return SuccessionRules.Judge(null, record, store.Identity.LogKeyHash) == SuccessionVerdict.Later
                ? record
                : throw new StoreException("the stored promotion record is not signed with this log's key");
        }
        catch (SigsumFormatException error)
        {
            throw new StoreException($"the stored promotion record is damaged: {error.Message}");
        }
    }

    /// <summary>One that knows what a store knows, and keeps in memory what it learns: a rehearsal changes nothing.</summary>
    public static Succession ForRehearsal(ILogStore store, NodeServices services)
    {
        var scratch = new MemoryLogStore(store.Identity);
        if (Load(store) is { } known)
            scratch.CommitRecords([ToStore(known)]);
        if (Load(store, RivalKey) is { } rival)
            scratch.CommitRecords([ToStore(rival) with { Key = RivalKey }]);
        return new Succession(scratch, services);
    }

    /// <summary>One for whoever is no node of any log, and keeps nothing of what it learns.</summary>
    public static Succession OfNobody(NodeServices services) =>
        new(new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, null)), services);

    /// <summary>A record as it is stored.</summary>
    public static StoreRecord ToStore(PromotionRecord record) => new(RecordKey, record.ToBytes());

    /// <summary>
    /// Takes note of a record that came from anywhere. When this returns <see cref="SuccessionVerdict.Later"/>, the record
    /// is on stable storage and everybody who has to act on it has been told.
    /// </summary>
    /// <exception cref="StoreException">It could not be stored; the node must stop.</exception>
    public SuccessionVerdict Learn(PromotionRecord offered)
    {
        SuccessionVerdict verdict;
        lock (_gate)
        {
            verdict = SuccessionRules.Judge(_latest, offered, _store.Identity.LogKeyHash);
            if (verdict == SuccessionVerdict.Later)
            {
                _store.CommitRecords([ToStore(offered), new StoreRecord(RivalKey, default)]);
                _latest = offered;
                _rival = null;
                Epoch.Advance(offered.Epoch);
            }
        }

        if (verdict == SuccessionVerdict.Later)
        {
            LearnedLater(_logger, offered.NodeId, offered.NodeUrl, offered.Epoch);
            Superseded?.Invoke(offered);
        }
        else if (verdict == SuccessionVerdict.Conflict)
        {
            NoteConflict(offered);
        }

        return verdict;
    }

    private void NoteConflict(PromotionRecord offered)
    {
        lock (_gate)
        {
            if (_rival is not null || offered.Epoch != _latest?.Epoch)
                return;
            // Kept, so that it ends this node's time as primary after the next start, too, and so that the operator is told.
            _store.CommitRecords([new StoreRecord(RivalKey, offered.ToBytes())]);
            _rival = offered;
        }

        var text = Describe(offered);
        LearnedConflict(_logger, text);
        Conflicted?.Invoke(text);
    }

    private string Describe(PromotionRecord rival) =>
        $"two nodes were promoted in epoch {rival.Epoch}, {_latest!.NodeId} and {rival.NodeId}: neither may "
            + "sign; decide which one stays and run `sigsum-log promote` there, which begins the next epoch";

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "learned of a promotion: node {NodeId} at {Url} is the log's primary in epoch {Epoch}")]
    private static partial void LearnedLater(ILogger logger, Guid nodeId, Uri? url, ulong epoch);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Conflict}")]
    private static partial void LearnedConflict(ILogger logger, string conflict);
}
