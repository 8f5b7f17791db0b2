using System.Buffers;
using Sigsum.Ascii;
using Sigsum.Checkpoints;

namespace Sigsum.Messages;

/// <summary>
/// The body of a witness's add-checkpoint (C2SP tlog-witness): the line <c>old size</c>, a consistency proof in base64
/// lines, an empty line and a checkpoint.
/// </summary>
/// <param name="OldSize">Size of the tree that the witness should have cosigned last; 0 for none.</param>
/// <param name="Proof">From the old size to that of the checkpoint; empty where there is nothing to prove.</param>
/// <param name="Checkpoint">What the witness is asked to cosign.</param>
public sealed record AddCheckpointRequest(ulong OldSize, ConsistencyProof Proof, Checkpoint Checkpoint)
{
    /// <summary>Reads a body. Verifies neither signature nor proof.</summary>
    /// <param name="input">The whole body.</param>
    /// <exception cref="SigsumFormatException">
    /// It is malformed, or the old size is above that of the checkpoint: what a witness answers with 400.
    /// </exception>
    public static AddCheckpointRequest Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        ReadOnlySpan<byte> old = reader.ReadLine("\"old \" and a size");
        if (!old.StartsWith("old "u8) || !Decimal63.TryParse(old[4..], out ulong oldSize))
            throw new SigsumFormatException($"line 1: expected \"old \" and {Decimal63.Expectation}");
        var proof = new ConsistencyProof(ProofPath.ReadBase64From(ref reader));
        Checkpoint checkpoint = Checkpoint.ReadFrom(ref reader);
        if (oldSize > checkpoint.TreeHead.Size)
            throw new SigsumFormatException("line 1: the old size must not be larger than the size of the checkpoint");
        return new AddCheckpointRequest(oldSize, proof, checkpoint);
    }

    /// <summary>Writes the body.</summary>
    /// <param name="writer">Where it goes.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        var line = new LineWriter(writer, 4 + Decimal63.MaxDigits + 1);
        line.Text("old "u8);
        line.Number(OldSize);
        line.End();
        ProofPath.WriteBase64(writer, Proof.Path);
        writer.WriteEmptyLine();
        Checkpoint.Write(writer);
    }
}
