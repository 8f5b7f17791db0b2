using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Proofs;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Messages;

/// <summary>A parser under test.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Valid">A valid message.</param>
/// <param name="Rewrite">Reads and writes again: gives the canonical spelling of whatever is accepted.</param>
/// <param name="Hex">Whether letters may be of either case.</param>
/// <param name="Repeats">Keys of lines of which there may be one more or one less.</param>
internal sealed record MessageCase(
    string Name, byte[] Valid, Func<byte[], byte[]> Rewrite, bool Hex, params string[] Repeats);

/// <summary>Every parser of messages with a valid message.</summary>
internal static class MessageCases
{
    private static readonly Signature Signature = new([.. Bytes(1), .. Bytes(2)]);
    private static readonly SignedTreeHead Head = new(new TreeHead(12345, Hash(3)), Signature);
    private static readonly CosignedTreeHead Cosigned =
        new(Head, [new(Hash(4), 1679315147, Signature), new(Hash(5), 0, Signature), new(Hash(6), 1, Signature)]);

    private static readonly InclusionProof Inclusion = new(678, [Hash(7), Hash(8), Hash(9)]);
    private static readonly Checkpoint Note = new("example.com/log", Head.TreeHead, new KeyId(0x01020304), Signature);
    private static readonly SigsumProof Proof = new(Hash(10), Hash(11), Signature, Cosigned, Inclusion);

    public static ImmutableArray<MessageCase> All { get; } =
    [
        Make("add-leaf", new AddLeafRequest(Hash(1), Signature, new PublicKey(Bytes(2))).Write,
            (x, w) => AddLeafRequest.Parse(x).Write(w)),
        Make("leaves", w => LeafList.Write(w, [new(Hash(1), Signature, Hash(2)), new(Hash(3), Signature, Hash(4))]),
            (x, w) => LeafList.Write(w, LeafList.Parse(x, 1000).ToArray()), true, "leaf"),
        Make("signed tree head", Head.Write, (x, w) => SignedTreeHead.Parse(x).Write(w)),
        Make("cosigned tree head", Cosigned.Write, (x, w) => CosignedTreeHead.Parse(x).Write(w), true, "cosignature"),
        Make("inclusion proof", Inclusion.Write, (x, w) => InclusionProof.Parse(x).Write(w), true, "node_hash"),
        Make("consistency proof", new ConsistencyProof(Inclusion.Path).Write,
            (x, w) => ConsistencyProof.Parse(x).Write(w), true, "node_hash"),
        Make("checkpoint", Note.Write, PassOver((x, w) => Checkpoint.Parse(x).Write(w)), false),
        Make("add-checkpoint", new AddCheckpointRequest(678, new ConsistencyProof(Inclusion.Path), Note).Write,
            PassOver((x, w) => AddCheckpointRequest.Parse(x).Write(w)), false, "*"),
        Make("cosignature lines", w => WriteLines(w, [Line("w1", 1), Line("w2", 2)]),
            PassOver((x, w) => WriteLines(w, CosignatureLine.ParseLines(x))), false, "*"),
        Make("proof of version 2", Proof.Write,
            (x, w) => SigsumProof.Parse(x).Write(w), true, "node_hash", "cosignature"),
        Make("proof of a tree of size 1",
            (Proof with { TreeHead = Cosigned with { SignedTreeHead = new(new(1, Hash(3)), Signature) } }).Write,
            (x, w) => SigsumProof.Parse(x).Write(w), true, "cosignature"),
        Make("proof of version 1", w => WriteVersion1(Proof with { ShortChecksum = 0xabcd }, w),
            (x, w) => WriteVersion1(SigsumProof.Parse(x), w), true, "node_hash", "cosignature"),
    ];

    private static byte[] Bytes(byte seed) => Hash(seed).AsSpan().ToArray();

    private static Hash Hash(byte seed) => Sigsum.Crypto.Hash.Sha256([seed]);

    private static CosignatureLine Line(string name, uint id) => new(name, new KeyId(id), 1679315147, Signature);

    private static MessageCase Make(
        string name, Action<IBufferWriter<byte>> write, Action<byte[], IBufferWriter<byte>> rewrite, bool hex = true,
        params string[] repeats)
    {
        var valid = new ArrayBufferWriter<byte>();
        write(valid);
        return new MessageCase(name, valid.WrittenSpan.ToArray(), Rewrite, hex, repeats);

        byte[] Rewrite(byte[] input)
        {
            var writer = new ArrayBufferWriter<byte>();
            rewrite(input, writer);
            return writer.WrittenSpan.ToArray();
        }
    }

    private static void WriteLines(IBufferWriter<byte> writer, IEnumerable<CosignatureLine> lines)
    {
        foreach (CosignatureLine line in lines)
            line.Write(writer);
    }

    /// <summary>
    /// Signature lines of other keys and kinds are passed over: where all else is as it is written, they stay.
    /// </summary>
    private static Action<byte[], IBufferWriter<byte>> PassOver(Action<byte[], IBufferWriter<byte>> rewrite) =>
        (input, writer) =>
        {
            var written = new ArrayBufferWriter<byte>();
            rewrite(input, written);
            string text = Encoding.UTF8.GetString(written.WrittenSpan);
            string[] ours = text.Split('\n');
            string kept = string.Join('\n', Encoding.UTF8.GetString(input).Split('\n')
                .Where(line => !line.StartsWith('\u2014') || ours.Contains(line)));
            writer.Write(kept == text ? input : written.WrittenSpan);
        };

    private static void WriteVersion1(SigsumProof proof, IBufferWriter<byte> writer)
    {
        var version2 = new ArrayBufferWriter<byte>();
        proof.Write(version2);
        string text = Encoding.ASCII.GetString(version2.WrittenSpan);
        if (proof.ShortChecksum is { } checksum)
            text = text.Replace("version=2", "version=1").Replace("\nleaf=", $"\nleaf={checksum:x4} ");
        writer.Write(Encoding.ASCII.GetBytes(text));
    }
}
