using System.Buffers;
using System.Security.Cryptography;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Keys;

/// <summary>
/// The private key file of OpenSSH (PROTOCOL.key of OpenSSH): one Ed25519 key, cipher and key derivation "none".
/// </summary>
internal static class OpenSshPrivateKey
{
    private const string Label = "OPENSSH PRIVATE KEY";
    private const int BlockSize = 8;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    private static ReadOnlySpan<byte> None => "none"u8;

    public static bool IsHexSeed(string text) =>
        text.AsSpan().Trim() is { Length: Ed25519Signer.SeedSize * 2 } hex
        && !hex.ContainsAnyExcept(HexDigits);

    public static Ed25519Signer Parse(string text)
    {
        if (IsHexSeed(text))
            return ParseHexSeed(text.AsSpan().Trim());
        if (!PemEncoding.TryFind(text, out PemFields fields))
            throw new SigsumFormatException("expected an OpenSSH private key file");
        if (!text.AsSpan()[fields.Label].SequenceEqual(Label))
            throw new SigsumFormatException($"expected a private key in OpenSSH form (BEGIN {Label})");
        byte[] bytes = new byte[fields.DecodedDataLength];
        try
        {
            return Convert.TryFromBase64Chars(text.AsSpan()[fields.Base64Data], bytes, out int written)
                ? ParseBlob(bytes.AsSpan(0, written))
                : throw new SigsumFormatException("the OpenSSH private key is not valid base64");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public static string Format(Ed25519Signer signer)
    {
        PublicKey publicKey = signer.PublicKey;
        byte[] publicBlob = SshBlob.PublicKeyBlob(publicKey);
        byte[] check = RandomNumberGenerator.GetBytes(sizeof(uint));
        byte[] seed = signer.ExportSeed();
        byte[] pair = [.. seed, .. publicKey.AsSpan()];
        byte[] inner = [.. check, .. check, .. publicBlob, .. SshBlob.String(pair), .. SshBlob.String([])];
        byte[] padded = new byte[(inner.Length + BlockSize - 1) / BlockSize * BlockSize];
        inner.CopyTo(padded, 0);
        for (int i = inner.Length; i < padded.Length; i++)
            padded[i] = (byte)(i - inner.Length + 1);
        byte[] blob =
        [
            .. Magic, .. SshBlob.String(None), .. SshBlob.String(None), .. SshBlob.String([]), .. SshBlob.UInt32(1),
            .. SshBlob.String(publicBlob), .. SshBlob.String(padded),
        ];
        try
        {
            return PemEncoding.WriteString(Label, blob) + "\n";
        }
        finally
        {
            foreach (byte[] secret in (ReadOnlySpan<byte[]>)[seed, pair, inner, padded, blob])
                CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static Ed25519Signer ParseHexSeed(ReadOnlySpan<char> hex)
    {
        Span<byte> seed = stackalloc byte[Ed25519Signer.SeedSize];
        Hex.TryDecode(hex, seed);
        try
        {
            return Ed25519Signer.FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static Ed25519Signer ParseBlob(ReadOnlySpan<byte> bytes)
    {
        var blob = new SshBlob(bytes);
        if (bytes.Length < Magic.Length || !blob.Bytes(Magic.Length).SequenceEqual(Magic))
            throw new SigsumFormatException("the private key is not in the form openssh-key-v1");
        if (!blob.String().SequenceEqual(None) | !blob.String().SequenceEqual(None) | !blob.String().IsEmpty)
            throw new SigsumFormatException("the private key is encrypted; remove the passphrase or use an ssh-agent");
        if (blob.UInt32() != 1)
            throw new SigsumFormatException("the private key file must hold exactly one key");
        ReadOnlySpan<byte> publicBlob = blob.String();
        var outer = new SshBlob(publicBlob);
        PublicKey publicKey = outer.Ed25519PublicKey();
        outer.ExpectEnd();
        ReadOnlySpan<byte> inner = blob.String();
        blob.ExpectEnd();
        return ParseInner(inner, publicKey);
    }

    private static Ed25519Signer ParseInner(ReadOnlySpan<byte> bytes, in PublicKey publicKey)
    {
        var blob = new SshBlob(bytes);
        if (bytes.Length % BlockSize != 0 || blob.UInt32() != blob.UInt32())
            throw new SigsumFormatException("the private key is damaged: its check numbers or its size are wrong");
        PublicKey second = blob.Ed25519PublicKey();
        ReadOnlySpan<byte> pair = blob.String();
        if (pair.Length != Ed25519Signer.SeedSize + PublicKey.Size)
            throw new SigsumFormatException("the private key is damaged: its size is wrong");
        blob.String(); // the comment, which may be anything
        for (int i = 0; i < blob.Rest.Length; i++)
        {
            if (i >= BlockSize - 1 || blob.Rest[i] != i + 1)
                throw new SigsumFormatException("the private key is damaged: its padding is wrong");
        }

        var signer = Ed25519Signer.FromSeed(pair[..Ed25519Signer.SeedSize]);
        if (second == publicKey
            && signer.PublicKey == publicKey
            && pair[Ed25519Signer.SeedSize..].SequenceEqual(publicKey.AsSpan()))
        {
            return signer;
        }

        signer.Dispose();
        throw new SigsumFormatException("the private key is damaged: private and public key do not belong together");
    }
}
