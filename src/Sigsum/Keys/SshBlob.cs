using System.Buffers.Binary;
using Sigsum.Crypto;

namespace Sigsum.Keys;

/// <summary>
/// Reads the binary form that SSH gives to keys (RFC 4251 section 5): big-endian lengths before strings.
/// </summary>
internal ref struct SshBlob(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public static ReadOnlySpan<byte> KeyType => "ssh-ed25519"u8;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (_rest.Length < count)
            throw new SigsumFormatException("the OpenSSH key is cut short");
        ReadOnlySpan<byte> bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(sizeof(uint)));

    public ReadOnlySpan<byte> String()
    {
        uint length = UInt32();
        return length <= (uint)_rest.Length
            ? Bytes((int)length)
            : throw new SigsumFormatException("the OpenSSH key is cut short");
    }

    /// <summary>Reads a public key of the only type that Sigsum has.</summary>
    public PublicKey Ed25519PublicKey()
    {
        if (!String().SequenceEqual(KeyType))
            throw new SigsumFormatException("the OpenSSH key must be of type ssh-ed25519");
        ReadOnlySpan<byte> key = String();
        return key.Length == PublicKey.Size
            ? new PublicKey(key)
            : throw new SigsumFormatException($"the OpenSSH public key must have {PublicKey.Size} bytes");
    }

    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
            throw new SigsumFormatException("the OpenSSH key has more data than expected");
    }

    public static byte[] PublicKeyBlob(in PublicKey key) => [.. String(KeyType), .. String(key.AsSpan())];

    public static byte[] String(ReadOnlySpan<byte> value) => [.. UInt32((uint)value.Length), .. value];

    public static byte[] UInt32(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
