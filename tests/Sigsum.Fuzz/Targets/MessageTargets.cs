using Sigsum.Messages;
using Sigsum.Proofs;
using Sigsum.Tokens;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What clients, logs and witnesses send each other.</summary>
internal static class MessageTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("add-leaf", AddLeafRequest.Parse, (input, value) =>
        {
            HaveOneSpelling(input, value, v => Must.Bytes(v.Write), AddLeafRequest.Parse);
            Must.Hold(input.Length == AddLeafRequest.Size, "a request has one size");
            value.VerifySignature();
        }),
        Of("signed-tree-head", SignedTreeHead.Parse, (input, value) =>
            HaveOneSpelling(input, value, v => Must.Bytes(v.Write), SignedTreeHead.Parse)),
        Of("cosigned-tree-head", CosignedTreeHead.Parse, (input, value) =>
            HaveOneSpelling(input, value, v => Must.Bytes(v.Write), CosignedTreeHead.Parse)),
        Of("inclusion-proof", InclusionProof.Parse, (input, value) =>
            HaveOneSpelling(input, value, v => Must.Bytes(v.Write), InclusionProof.Parse)),
        Of("consistency-proof", ConsistencyProof.Parse, (input, value) =>
            HaveOneSpelling(input, value, v => Must.Bytes(v.Write), ConsistencyProof.Parse)),
        Of("leaves", input => LeafList.Parse(input, 8), (input, value) =>
        {
            Must.BeWrittenAsButForCase(input, Must.Bytes(writer => LeafList.Write(writer, value.ToArray())));
            Must.Hold(value.Count is > 0 and <= 8, "1 to 8 leaves");
        }),
        Of("leaf", Leaf.ReadBinary, (input, value) =>
        {
            byte[] written = new byte[Leaf.Size];
            value.WriteBinary(written);
            Must.BeWrittenAs(input, written);
        }),
        Of("sigsum-proof", SigsumProof.Parse, CheckProof),
        Of("submit-token", input => SubmitTokenHeader.Parse(Text.Header(input)), (input, value) =>
        {
            // The domain as it was sent; the token is hex.
            string text = Text.Header(input);
            Must.Hold(text.StartsWith(value.Domain + " ", StringComparison.Ordinal), "the domain is what was sent");
            Must.Hold(text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase), "it is written as it was read");
        }),
    ];

    /// <summary>Every value has one spelling, but for the case of hex digits.</summary>
    internal static void HaveOneSpelling<T>(byte[] input, T value, Func<T, byte[]> write, Reader<T> read)
    {
        Must.BeWrittenAsButForCase(input, write(value));
        Must.BeReadAgain(value, write, read);
    }

    private static void CheckProof(byte[] input, SigsumProof value)
    {
        // Version 1 is read, and written as version 2.
        if (value.ShortChecksum is null)
            Must.BeWrittenAsButForCase(input, Must.Bytes(value.Write));
        Must.BeReadAgain(value with { ShortChecksum = null }, v => Must.Bytes(v.Write), SigsumProof.Parse);
    }
}
