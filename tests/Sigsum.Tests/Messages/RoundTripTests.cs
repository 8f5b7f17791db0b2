using System.Buffers;
using System.Text;
using CsCheck;
using Sigsum.Checkpoints;
using Sigsum.Messages;

namespace Sigsum.Tests.Messages;

public sealed class RoundTripTests
{
    private delegate T Reader<T>(ReadOnlySpan<byte> input);

    [Fact]
    public void AddLeafRequest() =>
        Check(MessageGen.AddLeaf, (x, w) => x.Write(w), Sigsum.Messages.AddLeafRequest.Parse);

    [Fact]
    public void SignedTreeHead() =>
        Check(MessageGen.SignedTreeHead, (x, w) => x.Write(w), Sigsum.Messages.SignedTreeHead.Parse);

    [Fact]
    public void CosignedTreeHead() =>
        Check(MessageGen.CosignedTreeHead, (x, w) => x.Write(w), Sigsum.Messages.CosignedTreeHead.Parse);

    [Fact]
    public void InclusionProof() =>
        Check(MessageGen.InclusionProof, (x, w) => x.Write(w), Sigsum.Messages.InclusionProof.Parse);

    [Fact]
    public void ConsistencyProof() =>
        Check(MessageGen.ConsistencyProof, (x, w) => x.Write(w), Sigsum.Messages.ConsistencyProof.Parse);

    [Fact]
    public void Checkpoint() =>
        Check(MessageGen.Checkpoint, (x, w) => x.Write(w), Sigsum.Checkpoints.Checkpoint.Parse, hex: false);

    [Fact]
    public void AddCheckpointRequest() =>
        Check(MessageGen.AddCheckpoint, (x, w) => x.Write(w), Sigsum.Messages.AddCheckpointRequest.Parse, hex: false);

    [Fact]
    public void SigsumProof() => Check(MessageGen.Proof, (x, w) => x.Write(w), Sigsum.Proofs.SigsumProof.Parse);

    [Fact]
    public void LeafList() => MessageGen.Leaf.Array[1, 20].Sample(leaves =>
    {
        var writer = new ArrayBufferWriter<byte>();
        Sigsum.Messages.LeafList.Write(writer, leaves);
        Assert.Equal(leaves.Length * Sigsum.Messages.LeafList.LineSize, writer.WrittenCount);
        Assert.Equal(leaves, Sigsum.Messages.LeafList.Parse(writer.WrittenSpan, leaves.Length));
        Assert.Throws<SigsumFormatException>(
            () => Sigsum.Messages.LeafList.Parse(writer.WrittenSpan, leaves.Length - 1));
    }, iter: 100);

    [Fact]
    public void CosignatureLines() => MessageGen.CosignatureLine.Array[1, 16].Sample(lines =>
    {
        var writer = new ArrayBufferWriter<byte>();
        foreach (CosignatureLine line in lines)
            line.Write(writer);
        Assert.Equal(lines, CosignatureLine.ParseLines(writer.WrittenSpan));
    }, iter: 100);

    [Fact]
    public void Binary_leaf() => MessageGen.Leaf.Sample(leaf =>
    {
        byte[] bytes = new byte[Leaf.Size];
        leaf.WriteBinary(bytes);
        Assert.Equal(leaf, Leaf.ReadBinary(bytes));
        Assert.Throws<SigsumFormatException>(() => Leaf.ReadBinary(bytes.AsSpan(1)));
        Assert.Throws<SigsumFormatException>(() => Leaf.ReadBinary([.. bytes, 0]));
    });

    [Fact]
    public void Path_arguments() => Gen.Select(MessageGen.Number, MessageGen.Number, MessageGen.Hash)
        .Sample((a, b, h) =>
        {
            string[] path = new LeavesRange(a, b).ToPath().Split('/');
            Assert.Equal(new LeavesRange(a, b), LeavesRange.Parse(path[0], path[1]));
            path = new ConsistencyProofRequest(a, b).ToPath().Split('/');
            Assert.Equal(new ConsistencyProofRequest(a, b), ConsistencyProofRequest.Parse(path[0], path[1]));
            path = new InclusionProofRequest(a, h).ToPath().Split('/');
            Assert.Equal(
                new InclusionProofRequest(a, h), InclusionProofRequest.Parse(path[0], path[1].ToUpperInvariant()));
        });

    private static void Check<T>(Gen<T> gen, Action<T, IBufferWriter<byte>> write, Reader<T> read, bool hex = true) =>
        gen.Sample(message =>
        {
            var writer = new ArrayBufferWriter<byte>();
            write(message, writer);
            Assert.Equal(message, read(writer.WrittenSpan));
            if (hex)
                Assert.Equal(message, read(UpperCaseValues(writer.WrittenSpan)));
        }, iter: 200);

    private static byte[] UpperCaseValues(ReadOnlySpan<byte> text) =>
        Encoding.ASCII.GetBytes(string.Join('\n', Encoding.ASCII.GetString(text).Split('\n').Select(line =>
            line.IndexOf('=') is var i and >= 0 ? line[..i] + line[i..].ToUpperInvariant() : line)));
}
