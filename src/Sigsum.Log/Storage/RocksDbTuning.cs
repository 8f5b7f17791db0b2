using RocksDbSharp;

namespace Sigsum.Log.Storage;

/// <summary>
/// How RocksDB is set up. Hashes and signatures are random bytes, so nothing is compressed; leaves and nodes are
/// written in key order and read at random; leaf hashes are random both ways.
/// </summary>
internal static class RocksDbTuning
{
    /// <summary>Bound on what the database holds in memory: write buffers, blocks, indices and filters of all
    /// families share this cache.</summary>
    public const long CacheBytes = 64L << 20;

    /// <summary>What all families together hold in memory before it is written to files. This is also, with the
    /// overhead of the log, what is replayed after a crash.</summary>
    public const long WriteBufferBytes = 32L << 20;

    private const int OpenFiles = 512;
    private const int BloomBitsPerKey = 10;

    /// <summary>Options of the database as a whole.</summary>
    public static DbOptions Database(bool create, Cache cache)
    {
        var options = new DbOptions()
            .SetCreateIfMissing(create)
            .SetErrorIfExists(create)
            .SetCreateMissingColumnFamilies(create)
            .SetParanoidChecks(true)
            // A record that is cut short at the end of the log is a commit that never returned. Damage anywhere else
            // is damage to commits that did, and must be seen: the default would silently drop what follows it.
            .SetWalRecoveryMode(Recovery.TolerateCorruptedTailRecords)
            .SetMaxOpenFiles(OpenFiles)
            .SetMaxLogFileSize(4 << 20)
            .SetKeepLogFileNum(4)
            .SetStatsDumpPeriodSec(0)
            // Background writes reach the disk in steps, so that a commit's sync does not wait for all of them.
            .SetBytesPerSync(1 << 20)
            .SkipStatsUpdateOnOpen(true);
        // All families are flushed together: no log file is kept for the sake of one that rarely changes.
        Native.Instance.rocksdb_options_set_atomic_flush(options.Handle, 1);
        Native.Instance.rocksdb_options_set_track_and_verify_wals_in_manifest(options.Handle, 1);
        Native.Instance.rocksdb_options_set_stats_persist_period_sec(options.Handle, 0);
        nint buffers = Native.Instance.rocksdb_write_buffer_manager_create_with_cache(
            (nuint)WriteBufferBytes, cache.Handle, allow_stall: 0);
        Native.Instance.rocksdb_options_set_write_buffer_manager(options.Handle, buffers);
        Native.Instance.rocksdb_write_buffer_manager_destroy(buffers);
        return options;
    }

    /// <summary>The families, sharing one cache.</summary>
    public static ColumnFamilies Families(Cache cache)
    {
        var records = Family(Table(cache, blockSize: 4 << 10));
        return new ColumnFamilies(records)
        {
            { RocksDbFamily.Records, records },
            { RocksDbFamily.Leaves, Family(Table(cache, blockSize: 8 << 10)) },
            // The 127 lower nodes over 128 leaves take less than one block.
            { RocksDbFamily.Nodes, Family(Table(cache, blockSize: 8 << 10)) },
            { RocksDbFamily.UpperNodes, Family(Table(cache, blockSize: 4 << 10)) },
            { RocksDbFamily.Index, Family(HashTable(cache), memoryFilter: true) },
        };
    }

    private static ColumnFamilyOptions Family(BlockBasedTableOptions table, bool memoryFilter = false)
    {
        var options = new ColumnFamilyOptions()
            .SetCompression(Compression.No)
            .SetWriteBufferSize(WriteBufferBytes)
            .SetMaxWriteBufferNumber(3)
            .SetTargetFileSizeBase(64 << 20)
            .SetMaxBytesForLevelBase(256 << 20)
            .SetLevelCompactionDynamicLevelBytes(true)
            .SetBlockBasedTableFactory(table);
        if (memoryFilter)
        {
            options.SetMemtablePrefixBloomSizeRatio(0.01);
            Native.Instance.rocksdb_options_set_memtable_whole_key_filtering(options.Handle, 1);
        }

        return options;
    }

    private static BlockBasedTableOptions Table(Cache cache, ulong blockSize)
    {
        var table = new BlockBasedTableOptions()
            .SetBlockCache(cache)
            .SetBlockSize(blockSize)
            .SetFormatVersion(6)
            // Indices and filters count as part of the cache: memory stays bounded however large the tree.
            .SetCacheIndexAndFilterBlocks(true)
            .SetIndexType(BlockBasedTableIndexType.TwoLevelIndex)
            .SetPinL0FilterAndIndexBlocksInCache(true);
        Native.Instance.rocksdb_block_based_options_set_pin_top_level_index_and_filter(table.Handle, 1);
        return table;
    }

    /// <summary>For keys that are hashes: most lookups are for leaves that are not there, and end at the
    /// filter.</summary>
    private static BlockBasedTableOptions HashTable(Cache cache)
    {
        var table = Table(cache, blockSize: 4 << 10)
            .SetFilterPolicy(BloomFilterPolicy.Create(BloomBitsPerKey, use_block_based_builder: false))
            .SetWholeKeyFiltering(true);
        Native.Instance.rocksdb_block_based_options_set_partition_filters(table.Handle, 1);
        return table;
    }
}
