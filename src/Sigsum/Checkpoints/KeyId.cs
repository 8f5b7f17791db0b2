using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sigsum.Crypto;

namespace Sigsum.Checkpoints;

/// <summary>
/// The short identifier of a key on a signature line (C2SP signed-note): SHA-256 of name, newline, type and key, cut to
/// 4 bytes. Not unique: only a verified signature tells whose it is.
/// </summary>
/// <param name="Value">The 4 bytes as a big-endian number.</param>
public readonly record struct KeyId(uint Value)
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 4;

    /// <summary>Computes the identifier of a key.</summary>
    /// <param name="name">The key name: for a log its origin.</param>
    /// <param name="type">What kind of signatures the key makes.</param>
    /// <param name="publicKey">The key.</param>
    public static KeyId Create(string name, NoteSignatureType type, in PublicKey publicKey)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] data = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. publicKey.AsSpan()];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return Read(hash);
    }

    /// <summary>8 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x8", CultureInfo.InvariantCulture);

    internal static KeyId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    internal void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);
}
