using System.Runtime.InteropServices;
using RocksDbSharp;

namespace Sigsum.Log.Storage;

/// <summary>Names of the column families. They are part of the format.</summary>
internal static class RocksDbFamily
{
    /// <summary>The store's own values: identity and tree head. This family always exists.</summary>
    public const string Meta = "default";

    /// <summary>Key -> value of a <see cref="StoreRecord"/>.</summary>
    public const string Records = "records";

    /// <summary>Index -> leaf.</summary>
    public const string Leaves = "leaves";

    /// <summary>Nodes of level 1 to 7; level 0 is computed from the leaf, which saves 40 bytes for each.</summary>
    public const string Nodes = "nodes";

    /// <summary>Nodes of level <see cref="StoreKeys.UpperLevel"/> and above: one for each 128 leaves. A proof needs
    /// most of its hashes from here; being few and together they stay in the cache, whatever the size of the
    /// tree.</summary>
    public const string UpperNodes = "upper_nodes";

    /// <summary>Leaf hash -> index.</summary>
    public const string Index = "index";
}

/// <summary>
/// The open database. Counts its users, so that it is closed only after the last read in flight has ended: a read of
/// a closed database would end the process. After that reads throw <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class RocksDbHandle : SafeHandle
{
    private readonly RocksDb _db;
    private readonly DataDirectory _directory;
    private readonly ReadOptions _read = new ReadOptions().SetVerifyChecksums(true);
    private readonly ReadOptions _scan = new ReadOptions().SetVerifyChecksums(true).SetFillCache(false);

    // Everything that RocksDB refers to and the garbage collector must not take away.
    private readonly Cache _cache;

    private RocksDbHandle(RocksDb db, Cache cache, DataDirectory directory, bool isReadOnly)
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
        IsReadOnly = isReadOnly;
        _db = db;
        _cache = cache;
        _directory = directory;
        Meta = db.GetColumnFamily(RocksDbFamily.Meta);
        Records = db.GetColumnFamily(RocksDbFamily.Records);
        Leaves = db.GetColumnFamily(RocksDbFamily.Leaves);
        Nodes = db.GetColumnFamily(RocksDbFamily.Nodes);
        UpperNodes = db.GetColumnFamily(RocksDbFamily.UpperNodes);
        Index = db.GetColumnFamily(RocksDbFamily.Index);
        SetHandle(db.Handle);
    }

    /// <summary><see cref="RocksDbFamily.Meta"/>.</summary>
    public ColumnFamilyHandle Meta { get; }

    /// <summary><see cref="RocksDbFamily.Records"/>.</summary>
    public ColumnFamilyHandle Records { get; }

    /// <summary><see cref="RocksDbFamily.Leaves"/>.</summary>
    public ColumnFamilyHandle Leaves { get; }

    /// <summary><see cref="RocksDbFamily.Nodes"/>.</summary>
    public ColumnFamilyHandle Nodes { get; }

    /// <summary><see cref="RocksDbFamily.UpperNodes"/>.</summary>
    public ColumnFamilyHandle UpperNodes { get; }

    /// <summary><see cref="RocksDbFamily.Index"/>.</summary>
    public ColumnFamilyHandle Index { get; }

    /// <summary>The directory that this process holds as long as the database is open.</summary>
    public DataDirectory Directory => _directory;

    /// <summary>Whether nothing can be written.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Bytes in the cache, for measurements.</summary>
    public ulong CacheUsage => _cache.GetUsage();

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Opens the database of a data directory, and owns the directory from then on, until closed.</summary>
    /// <exception cref="StoreException">The database cannot be opened; the directory stays with the caller.</exception>
    public static RocksDbHandle Open(DataDirectory directory, bool create) =>
        Open(directory, create, isReadOnly: false);

    /// <summary>As <see cref="Open(DataDirectory, bool)"/>, and changes no file: what a killed process has left in the
    /// database's log is read into memory as always, and stays in the log.</summary>
    /// <exception cref="StoreException">As with <see cref="Open(DataDirectory, bool)"/>.</exception>
    public static RocksDbHandle OpenReadOnly(DataDirectory directory) =>
        Open(directory, create: false, isReadOnly: true);

    /// <summary>The family that holds the nodes of a level of 1 and above.</summary>
    public ColumnFamilyHandle NodesOf(int level) => level < StoreKeys.UpperLevel ? Nodes : UpperNodes;

    /// <summary>Reads a value into a buffer.</summary>
    /// <returns>The length of the value; null when there is none. A value that is longer than the buffer is not
    /// copied.</returns>
    public unsafe int? Get(ColumnFamilyHandle family, ReadOnlySpan<byte> key, Span<byte> value)
    {
        using var use = new Use(this);
        try
        {
            fixed (byte* keyPointer = key, valuePointer = value)
            {
                Native.Instance.rocksdb_get_into_buffer_cf(
                    handle, _read.Handle, family.Handle, keyPointer, (nuint)key.Length,
                    (nint)valuePointer, (nuint)value.Length, out nuint length, out byte found);
                return found == 0 ? null : checked((int)length);
            }
        }
        catch (RocksDbException error)
        {
            throw new StoreException($"cannot read from the database: {error.Message}", error);
        }
    }

    /// <summary>Reads several values of one length.</summary>
    /// <param name="family">Where they are.</param>
    /// <param name="keys">The keys, one after the other, in order.</param>
    /// <param name="keySize">Length of a key.</param>
    /// <param name="values">Receives the values that have the length, one after the other.</param>
    /// <param name="valueSize">Length of a value.</param>
    /// <param name="lengths">Receives the length of each value; -1 where there is none.</param>
    public void GetAll(
        ColumnFamilyHandle family, ReadOnlySpan<byte> keys, int keySize, Span<byte> values, int valueSize, Span<int> lengths)
    {
        using var use = new Use(this);
        RocksDbMultiGet.Read(handle, _read.Handle, family.Handle, keys, keySize, values, valueSize, lengths);
    }

    /// <summary>Reads a value of any length, as a copy; null when there is none.</summary>
    public byte[]? Get(ColumnFamilyHandle family, ReadOnlySpan<byte> key)
    {
        using var use = new Use(this);
        try
        {
            return _db.Get(key, family, _read);
        }
        catch (RocksDbException error)
        {
            throw new StoreException($"cannot read from the database: {error.Message}", error);
        }
    }

    /// <summary>A cursor at the first key that is not below <paramref name="start"/>.</summary>
    public RocksDbCursor Seek(ColumnFamilyHandle family, ReadOnlySpan<byte> start) => Seek(family, start, _read);

    /// <summary>As <see cref="Seek(ColumnFamilyHandle, ReadOnlySpan{byte})"/>, for whoever reads everything once: what
    /// comes from the files is not kept in the cache, and pushes nothing out of it.</summary>
    public RocksDbCursor Scan(ColumnFamilyHandle family, ReadOnlySpan<byte> start) => Seek(family, start, _scan);

    private RocksDbCursor Seek(ColumnFamilyHandle family, ReadOnlySpan<byte> start, ReadOptions options)
    {
        var use = new Use(this);
        try
        {
            return new RocksDbCursor(use, _db.NewIterator(family, options).Seek(start));
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Writes a batch: atomic, with one sync of the log before it returns.</summary>
    /// <exception cref="RocksDbException">What has been written is unknown.</exception>
    public void Write(WriteBatch batch)
    {
        using var use = new Use(this);
        _db.Write(batch, SyncedWrite);
    }

    /// <summary>Moves what is in memory and in the log into table files, so that the next opening replays
    /// nothing.</summary>
    public void Flush()
    {
        using var use = new Use(this);
        nint options = Native.Instance.rocksdb_flushoptions_create();
        nint[] families = [Meta.Handle, Records.Handle, Leaves.Handle, Nodes.Handle, UpperNodes.Handle, Index.Handle];
        try
        {
            Native.Instance.rocksdb_flush_cfs(handle, options, families, families.Length);
        }
        finally
        {
            Native.Instance.rocksdb_flushoptions_destroy(options);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _db.Dispose();
        _directory.Dispose();
        GC.KeepAlive(_cache);
        return true;
    }

    private WriteOptions SyncedWrite { get; } = new WriteOptions().SetSync(true);

    private static RocksDbHandle Open(DataDirectory directory, bool create, bool isReadOnly) =>
        Guard("cannot open the database", () =>
        {
            var cache = Cache.CreateLru((ulong)RocksDbTuning.CacheBytes);
            var options = RocksDbTuning.Database(create, cache);
            var families = RocksDbTuning.Families(cache);
            var db = isReadOnly
                ? RocksDb.OpenReadOnly(options, directory.StorePath, families, errIfLogFileExists: false)
                : RocksDb.Open(options, directory.StorePath, families);
            return new RocksDbHandle(db, cache, directory, isReadOnly);
        });

    private static T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is RocksDbSharpException or IOException)
        {
            throw new StoreException($"{what}: {error.Message}", error);
        }
    }

    /// <summary>Keeps the database open while it exists.</summary>
    internal readonly ref struct Use
    {
        private readonly RocksDbHandle _handle;

        public Use(RocksDbHandle handle)
        {
            bool added = false;
            handle.DangerousAddRef(ref added);
            _handle = handle;
        }

        public void Dispose() => _handle.DangerousRelease();
    }
}
