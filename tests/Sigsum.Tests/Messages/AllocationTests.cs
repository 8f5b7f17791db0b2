using System.Buffers;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Tests.Messages;

/// <summary>The messages that carry the load are read and written without anything for the collector.</summary>
public sealed class AllocationTests
{
    private static readonly Signature Signature = new(new byte[64]);

    [Fact]
    public void Add_leaf_is_read_without_allocation()
    {
        var writer = new ArrayBufferWriter<byte>();
        new AddLeafRequest(Hash.Sha256("m"u8), Signature, default).Write(writer);
        byte[] body = writer.WrittenSpan.ToArray();
        Assert.Equal(AddLeafRequest.Size, body.Length);
        Assert.Equal(0, Allocated(() => AddLeafRequest.Parse(body)));
    }

    [Fact]
    public void Answers_are_written_without_allocation()
    {
        Leaf[] leaves = [.. Enumerable.Repeat(new Leaf(Hash.Sha256("m"u8), Signature, default), 100)];
        var inclusion = new InclusionProof(1, [.. Enumerable.Repeat(Hash.Sha256("m"u8), 63)]);
        var consistency = new ConsistencyProof(inclusion.Path);
        var head = new CosignedTreeHead(
            new(new(1, default), Signature), [.. Enumerable.Repeat(new Cosignature(default, 1, Signature), 10)]);
        var writer = new ArrayBufferWriter<byte>(1 << 20);
        Assert.Equal(0, Allocated(() =>
        {
            writer.ResetWrittenCount();
            LeafList.Write(writer, leaves);
            inclusion.Write(writer);
            consistency.Write(writer);
            head.Write(writer);
        }));
    }

    private static long Allocated(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
