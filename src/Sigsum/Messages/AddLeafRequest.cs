using System.Buffers;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>The body of add-leaf (log.md section 3.5): lines message, signature, public_key, all in hex.</summary>
/// <param name="Message">What is logged: 32 bytes, usually the SHA-256 hash of some data.</param>
/// <param name="Signature">The submitter's signature over SHA-256 of the message in the tree-leaf namespace.</param>
/// <param name="PublicKey">The submitter's key.</param>
public readonly record struct AddLeafRequest(Hash Message, Signature Signature, PublicKey PublicKey)
{
    /// <summary>Size in bytes of the body: every valid request has the same.</summary>
    public const int Size =
        (8 + (Hash.Size * 2) + 1) + (10 + (Signature.Size * 2) + 1) + (11 + (PublicKey.Size * 2) + 1);

    /// <summary>Reads a body. Does not verify the signature.</summary>
    /// <param name="input">The whole body.</param>
    /// <exception cref="SigsumFormatException">The body is malformed.</exception>
    public static AddLeafRequest Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        Hash message = reader.ReadHash("message"u8);
        Signature signature = reader.ReadSignature("signature"u8);
        PublicKey publicKey = reader.ReadPublicKey("public_key"u8);
        reader.ExpectEnd();
        return new AddLeafRequest(message, signature, publicKey);
    }

    /// <summary>Signs a message and makes the request that submits it.</summary>
    /// <param name="message">What is to be logged; 32 bytes.</param>
    /// <param name="signer">The submitter's key.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    public static async ValueTask<AddLeafRequest> SignAsync(
        Hash message, ISigner signer, CancellationToken cancellationToken = default)
    {
        Leaf leaf = await Leaf.SignAsync(message, signer, cancellationToken).ConfigureAwait(false);
        return new AddLeafRequest(message, leaf.Signature, signer.PublicKey);
    }

    /// <summary>Writes the body.</summary>
    /// <param name="writer">Where it goes.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        writer.WriteLine("message"u8, Message);
        writer.WriteLine("signature"u8, Signature);
        writer.WriteLine("public_key"u8, PublicKey);
    }

    /// <summary>The leaf that this request asks for.</summary>
    public Leaf ToLeaf() => new(Hash.Sha256(Message.AsSpan()), Signature, PublicKey.KeyHash());

    /// <summary>Whether the signature is valid for message and key.</summary>
    public bool VerifySignature() =>
        new Leaf(Hash.Sha256(Message.AsSpan()), Signature, default).VerifySignature(PublicKey);
}
