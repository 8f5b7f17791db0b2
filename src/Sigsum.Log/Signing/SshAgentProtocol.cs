using System.Buffers.Binary;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing;

/// <summary>
/// The two messages of the agent protocol (draft-miller-ssh-agent) that signing takes. Every message is a frame: its
/// length in four bytes, big endian, then its type in one byte, then its contents.
/// </summary>
internal static class SshAgentProtocol
{
    /// <summary>The longest message that is signed, in bytes; tree heads and cosignatures have a few hundred.</summary>
    public const int MaxMessage = 16 * 1024;

    /// <summary>The longest frame that is read, without its length; an Ed25519 signature takes 88 bytes.</summary>
    public const int MaxAnswer = 1024;

    /// <summary>Size of a frame's length.</summary>
    public const int LengthSize = 4;

    private const byte Failure = 5;
    private const byte SignRequest = 13;
    private const byte SignResponse = 14;

    private static ReadOnlySpan<byte> KeyType => "ssh-ed25519"u8;

    /// <summary>The whole frame that asks for a signature.</summary>
    public static byte[] WriteSignRequest(in PublicKey key, ReadOnlySpan<byte> message)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaxMessage);
        int keyBlob = LengthSize + KeyType.Length + LengthSize + PublicKey.Size;
        int length = 1 + LengthSize + keyBlob + LengthSize + message.Length + sizeof(uint);
        var frame = new byte[LengthSize + length];
        Span<byte> rest = frame;
        WriteLength(ref rest, length);
        rest[0] = SignRequest;
        rest = rest[1..];
        WriteLength(ref rest, keyBlob);
        WriteString(ref rest, KeyType);
        WriteString(ref rest, key.AsSpan());
        WriteString(ref rest, message);
        WriteLength(ref rest, 0); // no flags: they only choose between RSA signatures
        return frame;
    }

    /// <summary>The number of bytes that follow a frame's length.</summary>
    /// <exception cref="SshAgentException">The frame is empty or too long.</exception>
    public static int ReadLength(ReadOnlySpan<byte> length)
    {
        uint value = BinaryPrimitives.ReadUInt32BigEndian(length);
        return value is > 0 and <= MaxAnswer
            ? (int)value
            : throw new SshAgentException($"sent a frame of {value} bytes where 1 to {MaxAnswer} are allowed");
    }

    /// <summary>The signature in an answer.</summary>
    /// <param name="frame">The frame without its length; not empty.</param>
    /// <exception cref="SshAgentException">The agent refused, or sent something else.</exception>
    public static Signature ReadSignResponse(ReadOnlySpan<byte> frame)
    {
        if (frame[0] == Failure)
            throw new SshAgentException("refused to sign; the key may not have been added (ssh-add)");
        if (frame[0] != SignResponse)
            throw new SshAgentException($"answered a sign request with a message of type {frame[0]}");
        ReadOnlySpan<byte> rest = frame[1..];
        ReadOnlySpan<byte> blob = ReadString(ref rest);
        ReadOnlySpan<byte> type = ReadString(ref blob);
        ReadOnlySpan<byte> signature = ReadString(ref blob);
        if (!rest.IsEmpty || !blob.IsEmpty || !type.SequenceEqual(KeyType) || signature.Length != Signature.Size)
            throw new SshAgentException("sent something that is no Ed25519 signature");
        return new Signature(signature);
    }

    private static void WriteLength(ref Span<byte> rest, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, length);
        rest = rest[LengthSize..];
    }

    private static void WriteString(ref Span<byte> rest, scoped ReadOnlySpan<byte> value)
    {
        WriteLength(ref rest, value.Length);
        value.CopyTo(rest);
        rest = rest[value.Length..];
    }

    private static ReadOnlySpan<byte> ReadString(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < LengthSize
            || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - LengthSize)
        {
            throw new SshAgentException("sent a truncated answer");
        }
        ReadOnlySpan<byte> value = rest.Slice(LengthSize, (int)length);
        rest = rest[(LengthSize + (int)length)..];
        return value;
    }
}
