using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Keys;

/// <summary>Ed25519 keys as OpenSSH and the Sigsum tools keep them in files.</summary>
public static class OpenSshKey
{
    private const string KeyType = "ssh-ed25519";
    private const string PolicyOption = "sigsum-policy=";

    /// <summary>
    /// Whether a text is a private key, of any form that <see cref="ParsePrivate"/> reads or refuses.
    /// </summary>
    /// <param name="text">The contents of a key file.</param>
    public static bool IsPrivate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains("-----BEGIN ", StringComparison.Ordinal) || OpenSshPrivateKey.IsHexSeed(text);
    }

    /// <summary>Reads a public key line: <c>[sigsum-policy="name"] ssh-ed25519 base64 [comment]</c>.</summary>
    /// <param name="text">One line; space at its end is ignored.</param>
    /// <exception cref="SigsumFormatException">It is not such a line, or the key is of another type.</exception>
    public static PublicKey ParsePublic(string text) => ParsePublic(text, out _);

    /// <summary>Reads a public key line: <c>[sigsum-policy="name"] ssh-ed25519 base64 [comment]</c>.</summary>
    /// <param name="text">One line; space at its end is ignored.</param>
    /// <param name="policyName">The name in the option sigsum-policy, or null if the line does not have it.</param>
    /// <exception cref="SigsumFormatException">It is not such a line, or the key is of another type.</exception>
    public static PublicKey ParsePublic(string text, out string? policyName)
    {
        ArgumentNullException.ThrowIfNull(text);
        string line = text.TrimEnd(' ', '\t', '\r', '\n');
        if (line.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new SigsumFormatException("expected one public key on one line");
        ReadOnlySpan<string> fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        policyName = null;
        if (fields.Length > 0 && fields[0].StartsWith(PolicyOption, StringComparison.Ordinal))
        {
            policyName = ReadPolicyName(fields[0].AsSpan(PolicyOption.Length));
            fields = fields[1..];
        }

        if (fields.Length < 2 || fields[0] != KeyType)
            throw new SigsumFormatException($"expected an OpenSSH public key: {KeyType}, base64 and a comment");
        return ReadPublicBlob(fields[1]);
    }

    /// <summary>Writes a public key line.</summary>
    /// <param name="publicKey">The key.</param>
    /// <param name="comment">Put at the end of the line; printable, on one line. May be empty.</param>
    /// <returns>The line with its newline.</returns>
    /// <exception cref="ArgumentException">The comment has control characters.</exception>
    public static string FormatPublic(PublicKey publicKey, string comment = "sigsum key")
    {
        ArgumentNullException.ThrowIfNull(comment);
        if (comment.Any(char.IsControl))
            throw new ArgumentException("a comment must not have control characters", nameof(comment));
        string line = $"{KeyType} {Convert.ToBase64String(SshBlob.PublicKeyBlob(publicKey))} {comment}";
        return line.TrimEnd(' ') + "\n";
    }

    /// <summary>
    /// Reads an unencrypted Ed25519 private key: an OpenSSH file, or the deprecated form of 64 hex digits.
    /// </summary>
    /// <param name="pem">The contents of the key file.</param>
    /// <exception cref="SigsumFormatException">
    /// It is neither; or it is encrypted, of another type, or does not fit together. The message holds nothing secret.
    /// </exception>
    public static Ed25519Signer ParsePrivate(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return OpenSshPrivateKey.Parse(pem);
    }

    /// <summary>Writes an unencrypted OpenSSH private key file, without a comment.</summary>
    /// <param name="signer">The key.</param>
    public static string FormatPrivate(Ed25519Signer signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return OpenSshPrivateKey.Format(signer);
    }

    private static string ReadPolicyName(ReadOnlySpan<char> quoted)
    {
        ReadOnlySpan<char> name = quoted.Length > 2 && quoted[0] == '"' && quoted[^1] == '"' ? quoted[1..^1] : default;
        return name.IsEmpty || name.ContainsAny("\"'\\")
            ? throw new SigsumFormatException("expected a name in double quotes after sigsum-policy=")
            : name.ToString();
    }

    private static PublicKey ReadPublicBlob(string base64)
    {
        // The blob of an Ed25519 key has exactly this size; another size is another type.
        Span<byte> bytes = stackalloc byte[4 + KeyType.Length + 4 + PublicKey.Size];
        if (!StrictBase64.TryDecode(System.Text.Encoding.UTF8.GetBytes(base64), bytes))
            throw new SigsumFormatException("expected an Ed25519 public key in base64 after ssh-ed25519");
        var blob = new SshBlob(bytes);
        PublicKey key = blob.Ed25519PublicKey();
        blob.ExpectEnd();
        return key;
    }
}
