using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Checkpoints;

/// <summary>
/// A witness's cosignature as a signature line of a note, version 1 with Ed25519 (C2SP tlog-cosignature): what
/// add-checkpoint answers.
/// </summary>
/// <param name="KeyName">The witness's name.</param>
/// <param name="KeyId">Made of name, type 4 and key.</param>
/// <param name="Timestamp">Seconds since 1970-01-01 UTC, at most 2^63 - 1.</param>
/// <param name="Signature">Over the cosigned form of the tree head with this timestamp.</param>
public sealed record CosignatureLine(string KeyName, KeyId KeyId, ulong Timestamp, Signature Signature)
{
    private const int TimestampSize = sizeof(ulong);

    /// <summary>Reads the lines of a witness's answer. Verifies no signature.</summary>
    /// <param name="input">At least one and at most 16 signature lines.</param>
    /// <returns>The lines that can be Ed25519 cosignatures; those of other kinds are left out.</returns>
    /// <exception cref="SigsumFormatException">A line is not a signature line; or too many, or none.</exception>
    public static ImmutableArray<CosignatureLine> ParseLines(ReadOnlySpan<byte> input)
    {
        ImmutableArray<CosignatureLine>.Builder lines = ImmutableArray.CreateBuilder<CosignatureLine>();
        var reader = new AsciiReader(input);
        Span<byte> signature = stackalloc byte[TimestampSize + Signature.Size];
        do
        {
            NoteSignature line = NoteSignature.ReadFrom(ref reader);
            if (reader.LineNumber > NoteSignature.MaxLines)
                throw new SigsumFormatException($"expected at most {NoteSignature.MaxLines} signature lines");
            if (!line.TryDecode(out KeyId keyId, signature))
                continue;

            // A cosignature cannot have a later time, but another kind of signature may happen to have this size.
            ulong timestamp = BinaryPrimitives.ReadUInt64BigEndian(signature);
            if (timestamp <= Decimal63.MaxValue)
                lines.Add(new(line.Name, keyId, timestamp, new Signature(signature[TimestampSize..])));
        }
        while (!reader.AtEnd);

        return lines.DrainToImmutable();
    }

    /// <summary>Cosigns a checkpoint.</summary>
    /// <param name="checkpoint">What the witness has verified and found consistent.</param>
    /// <param name="keyName">The witness's name.</param>
    /// <param name="signer">The witness's key.</param>
    /// <param name="timestamp">Now, in seconds since 1970-01-01 UTC.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    public static async ValueTask<CosignatureLine> CosignAsync(
        Checkpoint checkpoint,
        string keyName,
        ISigner signer,
        ulong timestamp,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(signer);
        Checkpoints.KeyName.ThrowIfInvalid(keyName);
        Cosignature cosignature = await Cosignature
            .SignAsync(checkpoint.TreeHead, checkpoint.Origin, signer, timestamp, cancellationToken)
            .ConfigureAwait(false);
        var keyId = KeyId.Create(keyName, NoteSignatureType.Cosignature, signer.PublicKey);
        return new CosignatureLine(keyName, keyId, timestamp, cosignature.Signature);
    }

    /// <summary>
    /// Finds a witness's valid cosignature of a checkpoint. The name on a line only serves to recognize the key, so
    /// the witness's name need not be known.
    /// </summary>
    /// <param name="lines">The witness's answer.</param>
    /// <param name="checkpoint">What it was asked to cosign.</param>
    /// <param name="witness">The witness's key.</param>
    /// <param name="cosignature">The cosignature, verified.</param>
    /// <returns>False if there is none, or none that is valid.</returns>
    public static bool TryFind(
        IEnumerable<CosignatureLine> lines, Checkpoint checkpoint, in PublicKey witness, out Cosignature cosignature)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(checkpoint);
        foreach (CosignatureLine line in lines)
        {
            if (line.KeyId != KeyId.Create(line.KeyName, NoteSignatureType.Cosignature, witness))
                continue;
            cosignature = line.ToCosignature(witness);
            if (cosignature.Verify(witness, checkpoint.Origin, checkpoint.TreeHead))
                return true;
        }

        cosignature = default;
        return false;
    }

    /// <summary>The form that get-tree-head uses.</summary>
    /// <param name="witness">The key of the witness that made it.</param>
    public Cosignature ToCosignature(in PublicKey witness) => new(witness.KeyHash(), Timestamp, Signature);

    /// <summary>Writes the line.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <exception cref="ArgumentException">The name is not a valid key name, or the time is above 2^63 - 1.</exception>
    public void Write(IBufferWriter<byte> writer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timestamp, Decimal63.MaxValue);
        Span<byte> signature = stackalloc byte[TimestampSize + Signature.Size];
        BinaryPrimitives.WriteUInt64BigEndian(signature, Timestamp);
        Signature.AsSpan().CopyTo(signature[TimestampSize..]);
        NoteSignature.Write(writer, KeyName, KeyId, signature);
    }
}
