using Sigsum.Crypto;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Hosting;

/// <summary>What a primary starts from, proved to fit together.</summary>
/// <param name="Store">The open store.</param>
/// <param name="Mode">How the log goes on (docs/design/failover.md, "How a primary starts").</param>
/// <param name="Signed">The latest signed head, or null where the mode has none yet.</param>
/// <param name="Published">What was published last, with its cosignatures, if known.</param>
internal sealed record PrimaryState(
    ILogStore Store, StartupMode Mode, SignedTreeHead? Signed, CosignedTreeHead? Published);

/// <summary>
/// Opens a primary's data and refuses what does not fit: another log's key, a secondary's directory, a signed head
/// that the tree does not contain. Signs nothing.
/// </summary>
internal sealed class PrimaryStartup(PrimaryOptions options, PublicKey logKey)
{
    private readonly StartupFile _startupFile = new StartupFile(options.SthFile);
    private readonly SthFile _sthFile = new(options.SthFile);

    /// <summary>Opens store and files.</summary>
    /// <exception cref="StartupException">They do not fit together; the message says what to do.</exception>
    public PrimaryState Open()
    {
        var mode = ReadMode();
        if (mode != StartupMode.Saved && _sthFile.Exists)
        {
            throw new StartupException(
                $"there is both a signed tree head {_sthFile.Path} and a startup file {_startupFile.Path}: remove the "
                + "startup file to go on with the log as it is");
        }

        if (mode == StartupMode.Saved && !_sthFile.Exists)
        {
            throw new StartupException(
                $"there is no signed tree head {_sthFile.Path} (--sth-file): a new log starts with `sigsum-log init "
                + "--role=primary` or `sigsum-mktree`; an existing log needs its file");
        }

        var store = OpenStore(mode);
        try
        {
            CheckIdentity(store.Identity);
            return Check(store, mode);
        }
        catch
        {
            store.Dispose();
            throw;
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

    private PrimaryState Check(ILogStore store, StartupMode mode)
    {
        var published = Publisher.LoadPublished(store, logKey);
        if (mode == StartupMode.Empty && (store.TreeHead.Size > 0 || published is not null))
        {
            throw new StartupException(
                $"startup=empty in {_startupFile.Path}, but the tree in {options.Node.DataDir} has "
                + $"{store.TreeHead.Size} leaves: an existing log is never started as an empty one");
        }

        SignedTreeHead? signed = null;
        if (mode == StartupMode.Saved)
        {
            signed = _sthFile.Load(logKey);
            CheckPrefix(store, signed.Value.TreeHead, $"the signed tree head in {_sthFile.Path}");
        }

        if (published is not null)
        {
            CheckPrefix(store, published.SignedTreeHead.TreeHead, "the tree head that this node published last");
            if (signed is { } saved && saved.TreeHead.Size < published.SignedTreeHead.TreeHead.Size)
                signed = published.SignedTreeHead; // The file was put back to an older copy; what was shown counts.
        }

        return new PrimaryState(store, mode, signed, published);
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
        return mode == StartupMode.Empty && !DataDirectory.Exists(options.Node.DataDir)
            ? RocksDbLogStore.Create(options.Node.DataDir, identity)
            : RocksDbLogStore.Open(options.Node.DataDir);
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
