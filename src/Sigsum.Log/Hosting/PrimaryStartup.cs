using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Machine;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Hosting;

/// <summary>What a primary starts from, proved to fit together.</summary>
/// <param name="Store">The open store.</param>
/// <param name="Mode">How the log goes on (docs/design/failover.md, "How a primary starts").</param>
/// <param name="Signed">The latest signed head, or null where none is known.</param>
/// <param name="Published">What was published last, with its cosignatures; null where it is not known, or not for certain.</param>
/// <param name="Earlier">A head that the log has signed before this node was promoted; not the last one for certain.</param>
/// <param name="RecoveredTo">Up to which size leaves were fetched back that no head here covers; 0 for none. Up to there the
/// log may have signed, and shown, more than this node knows of.</param>
internal sealed record PrimaryState(
    ILogStore Store, StartupMode Mode, SignedTreeHead? Signed, CosignedTreeHead? Published, SignedTreeHead? Earlier,
    ulong RecoveredTo)
{
    /// <summary>Up to which size a witness may have cosigned more than any head here says, and be right.</summary>
    public ulong SignedBefore => Promoted ? Store.TreeHead.Size : Math.Min(RecoveredTo, Store.TreeHead.Size);

    /// <summary>Whether the log goes on after a promotion, from a tree that may be larger than what is known to be signed.</summary>
    public bool Promoted => StartupFile.IsOfPromotion(Mode);
}

/// <summary>
/// Opens a primary's data and refuses what does not fit: another log's key, a secondary's directory, a signed head
/// that the tree does not contain, a node that another one was promoted after. Signs nothing.
/// </summary>
internal sealed class PrimaryStartup(PrimaryOptions options, PublicKey logKey, IMachine machine)
{
    /// <summary>Name of the stored record with <see cref="PrimaryState.Earlier"/>.</summary>
    public const string EarlierKey = "earlier-head";

    private readonly StartupFile _startupFile = new(options.SthFile, machine.Disk);
    private readonly SthFile _sthFile = new(options.SthFile, machine.Disk);

    /// <summary>How the log goes on, as the files say.</summary>
    public StartupMode Mode { get; private set; }

    /// <summary>Opens the store, and checks whose it is.</summary>
    /// <exception cref="StartupException">It cannot be a primary's; the message says what to do.</exception>
    public ILogStore Open()
    {
        Mode = ReadMode();
        if (Mode != StartupMode.Saved && _sthFile.Exists)
        {
            throw new StartupException(
                $"there is both a signed tree head {_sthFile.Path} and a startup file {_startupFile.Path}: remove the "
                + "startup file to go on with the log as it is");
        }

        if (Mode == StartupMode.Saved && !_sthFile.Exists)
        {
            throw new StartupException(
                $"there is no signed tree head {_sthFile.Path} (--sth-file): a new log starts with `sigsum-log init "
                + "--role=primary` or `sigsum-mktree`; an existing log needs its file");
        }

        SettleFiles();
        var store = OpenStore(Mode);
        try
        {
            CheckIdentity(store.Identity);
            if (store.Identity.LogKeyHash is null)
                store.UpdateIdentity(store.Identity with { LogKeyHash = logKey.KeyHash() }, []);
            CheckSuccession(Succession.Load(store), store.Identity.NodeId);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a node that is not its log's primary any more (I6: one signer).</summary>
    /// <exception cref="SupersededException">Another node was promoted.</exception>
    public static void CheckSuccession(PromotionRecord? latest, Guid nodeId)
    {
        if (SuccessionRules.MayBePrimary(latest, nodeId))
            return;
        var since = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(latest!.Timestamp, 253_402_300_799));
        throw new SupersededException(
            $"the promotion record of epoch {latest.Epoch} says that node {latest.NodeId:N} at {latest.NodeUrl} is this log's "
            + $"primary since {since.UtcDateTime:u}: this node signs nothing any more. `sigsum-log rejoin` makes it a secondary");
    }

    /// <summary>Every head that the files say was signed, whether the tree has it or not.</summary>
    public ImmutableArray<ClaimedHead> ClaimedHeads(ILogStore store) => ClaimedHeads(store, _sthFile, logKey);

    /// <summary>The same for a stopped node; signatures are checked, if the key is known.</summary>
    public static ImmutableArray<ClaimedHead> ClaimedHeads(ILogStore store, SthFile sthFile, PublicKey? logKey)
    {
        var heads = ImmutableArray.CreateBuilder<ClaimedHead>();
        if (sthFile.Exists)
            heads.Add(new ClaimedHead($"the tree head in {sthFile.Path}", sthFile.Load(logKey).TreeHead));
        if (Publisher.LoadPublished(store, logKey) is { } published)
            heads.Add(new ClaimedHead("the tree head that was published last", published.SignedTreeHead.TreeHead));
        return heads.DrainToImmutable();
    }

    /// <summary>
    /// The process before may have died when it had renamed a file and not synced the directory yet: what is read here, and
    /// answered on the strength of it, must be there after a power failure too (I3).
    /// </summary>
    private void SettleFiles()
    {
        try
        {
            machine.Disk.SyncDirectoryOf(_sthFile.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the directory of {_sthFile.Path} (--sth-file) cannot be synced: {error.Message}");
        }
    }

    private StartupMode ReadMode()
    {
        try
        {
            return _startupFile.Read();
        }
        catch (Exception error) when (error is SigsumFormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException(error.Message);
        }
    }

    /// <summary>Proves that tree, files and records fit together.</summary>
    /// <exception cref="StartupException">They do not; the message says what to do.</exception>
    public PrimaryState Check(ILogStore store)
    {
        var published = Publisher.LoadPublished(store, logKey);
        if (Mode == StartupMode.Empty && (store.TreeHead.Size > 0 || published is not null))
        {
            throw new StartupException(
                $"startup=empty in {_startupFile.Path}, but the tree in {options.Node.DataDir} has "
                + $"{store.TreeHead.Size} leaves: an existing log is never started as an empty one");
        }

        SignedTreeHead? signed = null;
        if (Mode == StartupMode.Saved)
        {
            signed = _sthFile.Load(logKey);
            CheckPrefix(store, signed.Value.TreeHead, $"the signed tree head in {_sthFile.Path}");
        }

        if (published is not null)
        {
            CheckPrefix(store, published.SignedTreeHead.TreeHead, "the tree head that this node published last");
            // The file was put back to an older copy, or there is none after a promotion; what was shown counts.
            if (Mode == StartupMode.AwaitSecondary || signed?.TreeHead.Size < published.SignedTreeHead.TreeHead.Size)
                signed = published.SignedTreeHead;
        }

        var earlier = LoadEarlier(store);
        if (earlier is { } head)
            CheckPrefix(store, head.TreeHead, "the last tree head that is known from before the promotion");
        var recovered = TreeRecovery.RecoveredTo(store) is { } size && size > (signed?.TreeHead.Size ?? 0) ? size : 0;
        return new PrimaryState(store, Mode, signed, published, earlier, recovered);
    }

    private SignedTreeHead? LoadEarlier(ILogStore store)
    {
        if (store.ReadRecord(EarlierKey) is not { } bytes)
            return null;
        try
        {
            var head = CosignedTreeHead.Parse(bytes).SignedTreeHead;
            return head.Verify(logKey)
                ? head
                : throw new StoreException("the stored head from before the promotion is not signed with this log's key");
        }
        catch (SigsumFormatException error)
        {
            throw new StoreException($"the stored head from before the promotion is damaged: {error.Message}");
        }
    }

    /// <summary>The stored tree must contain every head that was ever signed.</summary>
    private void CheckPrefix(ILogStore store, TreeHead head, string what)
    {
        var local = store.TreeHead;
        if (head.Size > local.Size)
        {
            throw new StartupException(
                $"{what} has {head.Size} leaves, the tree in {options.Node.DataDir} only {local.Size}: the tree is "
                + "older than the log. Nothing is signed; bring back the full data directory, or promote a secondary");
        }

        if (ProofBuilder.Root(head.Size, store) != head.RootHash)
        {
            throw new StartupException(
                $"{what} (size {head.Size}) is not a head of the tree in {options.Node.DataDir}: two logs, or a "
                + "damaged store. Nothing is signed");
        }
    }

    private ILogStore OpenStore(StartupMode mode)
    {
        var identity = StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, logKey.KeyHash());
        if (options.Node.Backend == Backend.Ephemeral)
            return new MemoryLogStore(identity);
        return mode == StartupMode.Empty && !machine.HasStore(options.Node.DataDir)
            ? machine.CreateStore(options.Node.DataDir, identity)
            : machine.OpenStore(options.Node.DataDir);
    }

    private void CheckIdentity(StoreIdentity identity)
    {
        if (identity.Role != NodeRole.Primary || identity.TreeType != TreeType.Log)
        {
            throw new StartupException(
                $"the data directory {options.Node.DataDir} belongs to a {identity.Role} with a tree of type "
                + $"{identity.TreeType}: it cannot be started as a primary");
        }

        if (identity.LogKeyHash is { } hash && hash != logKey.KeyHash())
        {
            throw new StartupException(
                $"the data directory {options.Node.DataDir} belongs to the log with key hash {hash}, the key in "
                + $"{options.Node.KeyFile} (--key-file) has key hash {logKey.KeyHash()}");
        }
    }
}
