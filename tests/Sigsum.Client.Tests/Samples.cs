using System.Buffers;
using System.Globalization;
using System.Text;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Client.Tests;

/// <summary>Valid messages, and their text.</summary>
internal static class Samples
{
    public static Ed25519Signer LogKey { get; } = Ed25519Signer.FromSeed(Hash.Sha256("log"u8).AsSpan());

    public static Ed25519Signer SubmitterKey { get; } = Ed25519Signer.FromSeed(Hash.Sha256("submitter"u8).AsSpan());

    public static Ed25519Signer WitnessKey { get; } = Ed25519Signer.FromSeed(Hash.Sha256("witness"u8).AsSpan());

    public static string OkTreeHead { get; } =
        RawServer.Answer("200 OK", Text(TreeHead(new SampleTree().Head(3)).Write));

    public static string OkLeaves { get; } = RawServer.Answer("200 OK", LeavesText(Leaf(0), Leaf(1)));

    public static Hash Message(int i) =>
        Hash.Sha256(Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));

    public static AddLeafRequest Request(int i) => Now(AddLeafRequest.SignAsync(Message(i), SubmitterKey));

    public static Leaf Leaf(int i) => Request(i).ToLeaf();

    public static CosignedTreeHead TreeHead(TreeHead head) => new(Now(SignedTreeHead.SignAsync(head, LogKey)), []);

    public static AddCheckpointRequest Checkpoint(ulong oldSize, ulong size, SampleTree tree) => new(
        oldSize,
        oldSize == 0 || oldSize == size ? ConsistencyProof.Empty : ProofBuilder.Consistency(oldSize, size, tree),
        Checkpoints.Checkpoint.FromSignedTreeHead(TreeHead(tree.Head(size)).SignedTreeHead, LogKey.PublicKey));

    public static string Text(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string LeavesText(params Leaf[] leaves) => Text(writer => LeafList.Write(writer, leaves));

    // Keys in memory sign at once.
    private static T Now<T>(ValueTask<T> task) => task.GetAwaiter().GetResult();
}

/// <summary>A tree whose leaves follow from their index.</summary>
internal sealed class SampleTree : INodeReader
{
    public Hash ReadNode(NodeId id) => id.Level == 0
        ? Samples.Leaf((int)id.Index).LeafHash()
        : Rfc6962.HashNode(ReadNode(new(id.Level - 1, 2 * id.Index)), ReadNode(new(id.Level - 1, (2 * id.Index) + 1)));

    public TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, this));
}
