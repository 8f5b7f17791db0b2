using System.Buffers;
using BenchmarkDotNet.Attributes;
using Sigsum.Crypto;
using Sigsum.Log.Bench.Servers;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Bench.Micro;

/// <summary>What one request makes the node do, piece by piece.</summary>
[MemoryDiagnoser]
public class MicroBenchmarks
{
    private const ulong TreeSize = 100_000;
    private const int BatchSize = 64;

    private readonly Random _random = new(1);
    private byte[] _body = [];
    private AddLeafRequest _request;
    private Leaf _leaf;
    private Hash _leafHash;
    private string _folder = "";
    private RocksDbLogStore _store = null!;
    private TreeAppender _appender = null!;
    private ulong _next = TreeSize;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        _request = await AddLeafRequest.SignAsync(Hash.Sha256("message"u8), signer);
        var writer = new ArrayBufferWriter<byte>();
        _request.Write(writer);
        _body = writer.WrittenSpan.ToArray();
        _leaf = _request.ToLeaf();
        _leafHash = LargeTree.LeafAt(TreeSize / 2).LeafHash();
        _folder = Directory.CreateTempSubdirectory("sigsum-bench-").FullName;
        _store = RocksDbLogStore.Create(
            Path.Combine(_folder, "data"), StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        _appender = TreeAppender.Restore(_store);
        for (ulong start = 0; start < TreeSize; start += 1000)
            Append(start, 1000);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public AddLeafRequest ParseAddLeaf() => AddLeafRequest.Parse(_body);

    [Benchmark]
    public bool VerifySignature() => _request.VerifySignature();

    [Benchmark]
    public Hash HashLeaf() => _leaf.LeafHash();

    [Benchmark]
    public ulong? FindLeaf() => _store.FindLeaf(_leafHash);

    [Benchmark]
    public object ProveInclusion() => ProofBuilder.Inclusion((ulong)_random.NextInt64((long)TreeSize), TreeSize, _store);

    [Benchmark]
    public object ProveConsistency() => ProofBuilder.Consistency((ulong)_random.NextInt64(1, (long)TreeSize), TreeSize, _store);

    /// <summary>Hashes, one synced write, and the new root; for the whole batch.</summary>
    [Benchmark]
    public void Append64()
    {
        Append(_next, BatchSize);
        _next += BatchSize;
    }

    private void Append(ulong start, int count)
    {
        Leaf[] leaves = [.. Enumerable.Range(0, count).Select(i => LargeTree.LeafAt(start + (ulong)i))];
        StoreBatch batch = _appender.Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []);
        _store.Commit(batch);
        _appender.Accept(batch);
    }
}
