using NSec.Cryptography;

namespace Sigsum.Crypto;

/// <summary>Signs with an Ed25519 key that this process holds in protected memory. Safe to use from any thread.</summary>
public sealed class Ed25519Signer : ISigner, IDisposable
{
    /// <summary>Size in bytes of the seed that a private key is made from (RFC 8032 section 5.1.5).</summary>
    public const int SeedSize = 32;

    private readonly Key _key;

    private Ed25519Signer(Key key)
    {
        _key = key;
        PublicKey = new PublicKey(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <inheritdoc/>
    public PublicKey PublicKey { get; }

    // Keys are made here and have to reach a key file, so export is allowed.
    private static KeyCreationParameters Exportable =>
        new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };

    /// <summary>Makes a new random key.</summary>
    public static Ed25519Signer Generate() => new(Key.Create(SignatureAlgorithm.Ed25519, Exportable));

    /// <summary>Makes the signer for a known private key.</summary>
    /// <param name="seed">The 32-byte seed of RFC 8032; the caller clears its own copy.</param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes.</exception>
    public static Ed25519Signer FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
        {
            throw new ArgumentException($"a seed must be {SeedSize} bytes, not {seed.Length}", nameof(seed));
        }

        return new Ed25519Signer(Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, Exportable));
    }

    /// <summary>Signs a message.</summary>
    /// <exception cref="ObjectDisposedException">The signer is disposed.</exception>
    public Signature Sign(ReadOnlySpan<byte> message)
    {
        Bytes64 bytes = default;
        SignatureAlgorithm.Ed25519.Sign(_key, message, bytes);
        return new Signature(bytes);
    }

    /// <inheritdoc/>
    public ValueTask<Signature> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<Signature>(Sign(message.Span));
    }

    /// <summary>The 32-byte seed; the caller clears it after use.</summary>
    /// <exception cref="ObjectDisposedException">The signer is disposed.</exception>
    public byte[] ExportSeed() => _key.Export(KeyBlobFormat.RawPrivateKey);

    /// <summary>Wipes the key from memory.</summary>
    public void Dispose() => _key.Dispose();
}
