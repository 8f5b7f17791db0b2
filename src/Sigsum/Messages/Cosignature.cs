using System.Buffers;
using Sigsum.Ascii;
using Sigsum.Checkpoints;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// A witness's cosignature, version 1 (log.md section 2.2.3): <c>cosignature=key_hash timestamp signature</c>.
/// </summary>
/// <param name="KeyHash">SHA-256 of the witness's public key.</param>
/// <param name="Timestamp">When it cosigned: seconds since 1970-01-01 UTC, at most 2^63 - 1.</param>
/// <param name="Signature">Over the cosigned form of the tree head with this timestamp.</param>
public readonly record struct Cosignature(Hash KeyHash, ulong Timestamp, Signature Signature)
{
    private const int MaxLineSize = 12 + (Hash.Size * 2) + 1 + Decimal63.MaxDigits + 1 + (Signature.Size * 2) + 1;

    /// <summary>Cosigns a tree head.</summary>
    /// <param name="treeHead">What the witness has found consistent.</param>
    /// <param name="origin">The origin line of the log, see <see cref="SigsumOrigin.ForLog"/>.</param>
    /// <param name="signer">The witness's key.</param>
    /// <param name="timestamp">Now, in seconds since 1970-01-01 UTC.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    public static async ValueTask<Cosignature> SignAsync(
        TreeHead treeHead,
        string origin,
        ISigner signer,
        ulong timestamp,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        byte[] data = NoteText.Cosigned(origin, treeHead, timestamp);
        Signature signature = await signer.SignAsync(data, cancellationToken).ConfigureAwait(false);
        return new Cosignature(signer.PublicKey.KeyHash(), timestamp, signature);
    }

    /// <summary>Whether this is the witness's valid cosignature of this tree head.</summary>
    /// <param name="witness">The witness's key; its hash must equal <see cref="KeyHash"/>.</param>
    /// <param name="origin">The origin line of the log, see <see cref="SigsumOrigin.ForLog"/>.</param>
    /// <param name="treeHead">What should have been cosigned.</param>
    public bool Verify(in PublicKey witness, string origin, TreeHead treeHead) =>
        Timestamp <= Decimal63.MaxValue
        && KeyHash == witness.KeyHash()
        && Ed25519.Verify(witness, NoteText.Cosigned(origin, treeHead, Timestamp), Signature);

    internal static Cosignature ReadFrom(ref AsciiReader reader)
    {
        AsciiValues values = reader.ReadValues("cosignature"u8, 3);
        return new Cosignature(
            values.ReadHash("key hash"), values.ReadUInt64("timestamp"), values.ReadSignature("signature"));
    }

    internal void Write(IBufferWriter<byte> writer)
    {
        var line = new LineWriter(writer, MaxLineSize);
        line.Text("cosignature="u8);
        line.Hex(KeyHash);
        line.Text((byte)' ');
        line.Number(Timestamp);
        line.Text((byte)' ');
        line.Hex(Signature);
        line.End();
    }
}
