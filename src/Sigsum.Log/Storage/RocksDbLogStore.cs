using RocksDbSharp;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>The durable store: RocksDB in a data directory that this process holds alone.</summary>
internal sealed class RocksDbLogStore : ILogStore
{
    private readonly RocksDbHandle _db;
    private readonly RocksDbReader _read;
    private readonly RocksDbNodes _nodes;
    private readonly Lock _writer = new();
    private volatile State _state;
    private readonly TaskCompletionSource<StoreException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RocksDbLogStore(RocksDbHandle db, State state)
    {
        _db = db;
        _state = state;
        _read = new RocksDbReader(db);
        _nodes = new RocksDbNodes(db);
        Scan = new RocksDbScan(db, this);
    }

    /// <inheritdoc/>
    public StoreIdentity Identity => _state.Identity;

    /// <inheritdoc/>
    public TreeHead TreeHead => _state.TreeHead;

    /// <inheritdoc/>
    public IStoreScan Scan { get; }

    /// <inheritdoc/>
    public Task<StoreException> Failed => _failed.Task;

    /// <summary>Bytes in the database's cache, for measurements.</summary>
    public ulong CacheUsage => _db.CacheUsage;

    /// <summary>Gives birth to a node with an empty tree. A crash before this returns leaves a directory that can
    /// neither be opened nor created over, and says so.</summary>
    /// <exception cref="StoreException">Something is in the directory already, or it cannot be written.</exception>
    public static RocksDbLogStore Create(string path, StoreIdentity identity) =>
        Own(DataDirectory.Create(path), directory =>
    {
        var db = RocksDbHandle.Open(directory, create: true);
        var store = new RocksDbLogStore(db, new State(identity, TreeHead.Empty));
        return OrClose(store, () =>
        {
            using var birth = new RocksDbTransaction(db);
            birth.Put(identity);
            birth.Put(TreeHead.Empty);
            store.Write(birth);
            directory.MarkComplete();
        });
    });

    /// <summary>Opens the store of a node that exists, and checks that its tree is whole; the time this takes does not
    /// depend on the size of the tree.</summary>
    /// <exception cref="StoreException">There is none, it is in use, it has another format, or it is
    /// damaged.</exception>
    public static RocksDbLogStore Open(string path) => Open(path, directory =>
    {
        directory.CompleteRebuild();
        return RocksDbHandle.Open(directory, create: false);
    });

    /// <summary>As <see cref="Open(string)"/>, for whoever only looks: not a byte in the directory changes, what a killed
    /// process left behind is not tidied up either, and whatever would write throws.</summary>
    /// <exception cref="StoreException">As with <see cref="Open(string)"/>.</exception>
    public static RocksDbLogStore OpenReadOnly(string path) => Open(path, RocksDbHandle.OpenReadOnly);

    /// <inheritdoc cref="Machine.IMachine.RebuildStoreAsync"/>
    public static async Task RebuildAsync(string path, string aside, Func<ILogStore, ILogStore, Task> fill)
    {
        // Held for all of it, and opened so that it writes nothing, now or when it is closed: it is renamed while it is open.
        using var damaged = OpenReadOnly(path);
        var directory = damaged._db.Directory;
        using (var rebuilt = Create(directory.NewRebuildPath(), damaged.Identity with { TreeState = TreeState.Active }))
            await fill(damaged, rebuilt);
        directory.ReplaceStore(aside);
    }

    /// <inheritdoc/>
    public ulong? FindLeaf(in Hash leafHash) => _read.FindLeaf(leafHash, TreeHead.Size);

    /// <inheritdoc/>
    public void ReadLeaves(ulong start, Span<Leaf> destination) => _read.Leaves(start, destination, TreeHead.Size);

    /// <inheritdoc/>
    public Hash ReadNode(NodeId id) => _nodes.Read(id, TreeHead.Size);

    /// <inheritdoc/>
    public void ReadNodes(ReadOnlySpan<NodeId> ids, Span<Hash> hashes) => _nodes.Read(ids, hashes, TreeHead.Size);

    /// <inheritdoc/>
    public byte[]? ReadRecord(string key) => _read.Record(key);

    /// <inheritdoc/>
    public IReadOnlyList<StoreRecord> ReadRecords(string prefix) => _read.Records(prefix);

    /// <inheritdoc/>
    public void Commit(StoreBatch batch)
    {
        lock (_writer)
        {
            // 1. Nothing is written unless the batch is whole and continues exactly the tree that is stored.
            //    A crash or an exception here: the old tree.
            ThrowIfUnusable();
            batch.Check(Identity, TreeHead);
            StoreRecord.Validate(batch.Records.AsSpan());

            // 2. Collected in memory. A crash here: the old tree.
            using var write = new RocksDbTransaction(_db);
            write.Put(batch, this);

            // 3. Appended to RocksDB's log as one record with a checksum, synced, then applied to its tables in
            //    memory. A crash before the sync has ended: the old tree, or the new one if the whole record got to
            //    the disk by itself; never a part of it, and nobody has been told. An error: the same, and this store
            //    is failed for good, because only opening it again can tell which. A crash after: the new tree.
            Write(write);

            // 4. Visible to readers, and durable. Whoever has waited for this commit may now be answered.
            _state = _state with { TreeHead = batch.NewHead };
        }
    }

    /// <inheritdoc/>
    public void CommitRecords(IReadOnlyList<StoreRecord> records)
    {
        StoreRecord[] copy = [.. records];
        lock (_writer)
        {
            ThrowIfUnusable();
            StoreRecord.Validate(copy);
            using var write = new RocksDbTransaction(_db);
            write.Put(copy);
            Write(write);
        }
    }

    /// <inheritdoc/>
    public void UpdateIdentity(StoreIdentity next, IReadOnlyList<StoreRecord> records) => UpdateIdentity([next], records);

    /// <inheritdoc/>
    public void UpdateIdentity(IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records)
    {
        StoreRecord[] copy = [.. records];
        lock (_writer)
        {
            ThrowIfUnusable();
            if (Identity.RefuseSuccessors(steps) is { } refusal)
            {
                throw new StoreException(refusal);
            }

            StoreRecord.Validate(copy);
            using var write = new RocksDbTransaction(_db);
            write.Put(steps[^1]);
            write.Put(copy);
            Write(write);
            _state = _state with { Identity = steps[^1] };
        }
    }

    /// <inheritdoc/>
    public void Truncate(TreeHead to, IReadOnlyList<StoreIdentity> steps, IReadOnlyList<StoreRecord> records)
    {
        StoreRecord[] copy = [.. records];
        lock (_writer)
        {
            ThrowIfUnusable();
            var identity = Truncation.Check(this, to, steps);
            StoreRecord.Validate(copy);
            using var write = new RocksDbTransaction(_db);
            write.Delete(to.Size, TreeHead.Size, Truncation.Beyond(this, to.Size));
            write.Put(to);
            write.Put(identity);
            write.Put(copy);
            Write(write);
            _nodes.Clear();
            _state = new State(identity, to);
        }
    }

    /// <summary>Throws unless identity and tree head are stored as they are known here, and nothing else beside them.
    /// Waits for a commit that is under way: what it wrote is visible afterwards.</summary>
    /// <exception cref="StoreException">They are not.</exception>
    internal void CheckOwnValues()
    {
        lock (_writer)
        {
            if (ReadState() != _state)
                throw new StoreException("identity or tree head are not stored as they were written");
            _read.ExpectNoForeignValues();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writer)
        {
            if (_db.IsClosed)
            {
                return;
            }

            try
            {
                // Only to make the next start faster: everything is in the log already.
                if (!_failed.Task.IsCompleted && !_db.IsReadOnly)
                {
                    _db.Flush();
                }
            }
            catch (RocksDbException)
            {
                // The log is replayed instead.
            }

            _db.Dispose();
        }
    }

    private static RocksDbLogStore Open(string path, Func<DataDirectory, RocksDbHandle> open) =>
        Own(DataDirectory.Open(path), directory =>
        {
            var db = open(directory);
            var store = new RocksDbLogStore(db, new State(null!, default));
            return OrClose(store, () =>
            {
                store._state = store.ReadState();
                RocksDbCheck.Tree(db, store);
                if (!db.IsReadOnly)
                    RocksDbCheck.Records(store);
            });
        });

    private static RocksDbLogStore Own(DataDirectory directory, Func<DataDirectory, RocksDbLogStore> make)
    {
        try
        {
            return make(directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    private static RocksDbLogStore OrClose(RocksDbLogStore store, Action action)
    {
        try
        {
            action();
            return store;
        }
        catch
        {
            // Closed without a flush: a store that is doubtful is left as it was found.
            store._db.Dispose();
            throw;
        }
    }

    private void Write(RocksDbTransaction write)
    {
        try
        {
            write.Write();
        }
        catch (Exception error)
        {
            var failure = new StoreException($"cannot write to the database: {error.Message}", error);
            _failed.TrySetResult(failure);
            throw failure;
        }
    }

    private void ThrowIfUnusable()
    {
        // Building a batch already uses what closing frees, so this comes first; Dispose waits for the writer.
        ObjectDisposedException.ThrowIf(_db.IsClosed, this);
        if (_db.IsReadOnly)
        {
            throw new StoreException("the store was opened to be looked at, not to be changed");
        }

        if (_failed.Task is { IsCompleted: true, Result.InnerException: { } failure })
        {
            throw new StoreException($"the store has failed and takes nothing more: {failure.Message}", failure);
        }
    }

    private State ReadState() => new(_read.Identity(), _read.TreeHead());

    /// <summary>What readers see, replaced as a whole.</summary>
    private sealed record State(StoreIdentity Identity, TreeHead TreeHead);
}
