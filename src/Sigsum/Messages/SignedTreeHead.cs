using System.Buffers;
using Sigsum.Ascii;
using Sigsum.Checkpoints;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// A tree head with the log's signature: lines size, root_hash, signature (the first three of log.md section 3.1).
/// A secondary answers the same form, signed with its own key.
/// </summary>
/// <param name="TreeHead">What is signed.</param>
/// <param name="Signature">Over the checkpoint body whose origin is that of the signer's key.</param>
public readonly record struct SignedTreeHead(TreeHead TreeHead, Signature Signature)
{
    /// <summary>Reads the three lines.</summary>
    /// <param name="input">The three lines and nothing else.</param>
    /// <exception cref="SigsumFormatException">The input is malformed.</exception>
    public static SignedTreeHead Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        SignedTreeHead head = ReadFrom(ref reader);
        reader.ExpectEnd();
        return head;
    }

    /// <summary>Signs a tree head with the origin <c>sigsum.org/v1/tree/</c> and the signer's key hash.</summary>
    /// <param name="treeHead">What to sign; whether it may be signed is for the caller to know.</param>
    /// <param name="signer">The key of the log or of the secondary.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    public static async ValueTask<SignedTreeHead> SignAsync(
        TreeHead treeHead, ISigner signer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        byte[] body = Checkpoint.Body(SigsumOrigin.ForLog(signer.PublicKey), treeHead);
        return new SignedTreeHead(treeHead, await signer.SignAsync(body, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Writes the three lines.</summary>
    /// <param name="writer">Where they go.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteLine("size"u8, TreeHead.Size);
        writer.WriteLine("root_hash"u8, TreeHead.RootHash);
        writer.WriteLine("signature"u8, Signature);
    }

    /// <summary>Whether the signature is that of the log (or secondary) with this key.</summary>
    /// <param name="publicKey">Its key, from which the origin follows.</param>
    public bool Verify(in PublicKey publicKey) =>
        Ed25519.Verify(publicKey, Checkpoint.Body(SigsumOrigin.ForLog(publicKey), TreeHead), Signature);

    internal static SignedTreeHead ReadFrom(ref AsciiReader reader)
    {
        TreeHead head = TreeHead.ReadFrom(ref reader);
        return new SignedTreeHead(head, reader.ReadSignature("signature"u8));
    }
}
