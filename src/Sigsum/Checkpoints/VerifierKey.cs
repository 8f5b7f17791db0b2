using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Checkpoints;

/// <summary>
/// A verifier key, vkey (C2SP signed-note): <c>name+hex(key id)+base64(type, public key)</c>. Ed25519 keys of logs
/// and of witnesses only.
/// </summary>
/// <param name="Name">The key name: for a log its origin.</param>
/// <param name="KeyId">Follows from the other three.</param>
/// <param name="Type">What kind of signatures the key makes.</param>
/// <param name="PublicKey">The key.</param>
public sealed record VerifierKey(string Name, KeyId KeyId, NoteSignatureType Type, PublicKey PublicKey)
{
    /// <summary>Makes the verifier key of a public key.</summary>
    /// <param name="name">The key name: for a log its origin, see <see cref="SigsumOrigin.ForLog"/>.</param>
    /// <param name="type">What kind of signatures the key makes.</param>
    /// <param name="publicKey">The key.</param>
    /// <exception cref="ArgumentException">The name is not a valid key name.</exception>
    public static VerifierKey Create(string name, NoteSignatureType type, in PublicKey publicKey)
    {
        Checkpoints.KeyName.ThrowIfInvalid(name);
        return new VerifierKey(name, KeyId.Create(name, type, publicKey), type, publicKey);
    }

    /// <summary>Reads a verifier key and checks that the key id is the right one.</summary>
    /// <param name="text">The key and nothing else.</param>
    /// <exception cref="SigsumFormatException">Malformed, of another type, or the key id does not fit.</exception>
    public static VerifierKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(Encoding.UTF8.GetBytes(text));
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static VerifierKey Parse(ReadOnlySpan<byte> text)
    {
        int first = text.IndexOf((byte)'+');
        if (first < 0 || !Checkpoints.KeyName.TryDecode(text[..first], out string name))
            throw new SigsumFormatException("a vkey must be a key name, \"+\", key id, \"+\" and key");
        ReadOnlySpan<byte> rest = text[(first + 1)..];
        int second = rest.IndexOf((byte)'+');
        Span<byte> id = stackalloc byte[KeyId.Size];
        if (second < 0 || !Hex.TryDecode(rest[..second], id))
            throw new SigsumFormatException($"the key id of a vkey must be {Hex.Expectation(KeyId.Size)}");
        Span<byte> key = stackalloc byte[1 + PublicKey.Size];
        if (!StrictBase64.TryDecode(rest[(second + 1)..], key)
            || (NoteSignatureType)key[0] is not (NoteSignatureType.Ed25519 or NoteSignatureType.Cosignature))
        {
            throw new SigsumFormatException("a vkey must hold an Ed25519 key in base64: type 1 (log) or 4 (witness)");
        }

        VerifierKey result = Create(name, (NoteSignatureType)key[0], new PublicKey(key[1..]));
        return result.KeyId == KeyId.Read(id)
            ? result
            : throw new SigsumFormatException("the key id of the vkey does not fit its name and key");
    }

    /// <summary>The text form.</summary>
    public override string ToString() =>
        $"{Name}+{KeyId}+{Convert.ToBase64String([(byte)Type, .. PublicKey.AsSpan()])}";
}
