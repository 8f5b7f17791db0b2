using System.Buffers;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// The statement, signed with the log key, that from now on another node is the log's primary. Nodes of sigsum-log
/// keep the latest one that they have seen and tell each other (docs/design/failover.md): whoever learns of a later one
/// than its own stops signing for good.
/// </summary>
/// <remarks>
/// Lines <c>log_key</c>, <c>epoch</c>, <c>node_id</c>, <c>node_url</c>, <c>size</c>, <c>root_hash</c>, <c>timestamp</c>,
/// <c>signature</c>. What is signed begins with a line that no Sigsum message begins with, followed by these lines
/// without the last.
/// </remarks>
/// <param name="LogKey">The log's key, which has signed the record.</param>
/// <param name="Epoch">How many times the log has been promoted, this promotion included; at least 1.</param>
/// <param name="NodeId">The new primary.</param>
/// <param name="NodeUrl">Base URL of its internal endpoint, where the other nodes find it; null where it is not known.</param>
/// <param name="TreeHead">The new primary's tree when the record was made: all of it is kept.</param>
/// <param name="Timestamp">When the record was made: seconds since 1970-01-01 UTC, at most 2^63 - 1.</param>
/// <param name="Signature">The log's signature.</param>
public sealed record PromotionRecord(
    PublicKey LogKey, ulong Epoch, Guid NodeId, Uri? NodeUrl, TreeHead TreeHead, ulong Timestamp, Signature Signature)
{
    private static ReadOnlySpan<byte> Domain => "sigsum-log/promotion/v1\n"u8;

    /// <summary>Reads a record. Verifies no signature.</summary>
    /// <param name="input">The eight lines and nothing else.</param>
    /// <exception cref="SigsumFormatException">The input is malformed.</exception>
    public static PromotionRecord Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        var record = new PromotionRecord(
            reader.ReadPublicKey("log_key"u8),
            reader.ReadUInt64("epoch"u8),
            NodeText.ReadId(ref reader, "node_id"u8),
            NodeText.ReadUrl(ref reader, "node_url"u8),
            TreeHead.ReadFrom(ref reader),
            reader.ReadUInt64("timestamp"u8),
            reader.ReadSignature("signature"u8));
        reader.ExpectEnd();
        return record.Epoch > 0 ? record : throw new SigsumFormatException("line 2: the epoch must be at least 1");
    }

    /// <summary>Makes and signs a record.</summary>
    /// <param name="epoch">At least 1.</param>
    /// <param name="nodeId">The new primary.</param>
    /// <param name="nodeUrl">Base URL of its internal endpoint, or null.</param>
    /// <param name="treeHead">Its tree.</param>
    /// <param name="time">Now; whole seconds count.</param>
    /// <param name="signer">The log's key.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    /// <exception cref="ArgumentException">The URL is longer than a record may hold.</exception>
    public static async ValueTask<PromotionRecord> SignAsync(
        ulong epoch,
        Guid nodeId,
        Uri? nodeUrl,
        TreeHead treeHead,
        DateTimeOffset time,
        ISigner signer,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentOutOfRangeException.ThrowIfZero(epoch);
        NodeText.CheckUrl(nodeUrl);
        var unsigned = new PromotionRecord(
            signer.PublicKey, epoch, nodeId, nodeUrl, treeHead, (ulong)time.ToUnixTimeSeconds(), default);
        return unsigned with { Signature = await signer.SignAsync(unsigned.Statement(), cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>Whether the signature is that of the key that the record names; whose key that is, the caller knows.</summary>
    public bool Verify() => Ed25519.Verify(LogKey, Statement(), Signature);

    /// <summary>What tells two records apart: SHA-256 of what is signed.</summary>
    public Hash Id() => Hash.Sha256(Statement());

    /// <summary>Writes the eight lines.</summary>
    /// <param name="writer">Where they go.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        WriteUnsigned(writer);
        writer.WriteLine("signature"u8, Signature);
    }

    /// <summary>The eight lines as bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new ArrayBufferWriter<byte>(1024);
        Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    private byte[] Statement()
    {
        var writer = new ArrayBufferWriter<byte>(1024);
        writer.Write(Domain);
        WriteUnsigned(writer);
        return writer.WrittenSpan.ToArray();
    }

    private void WriteUnsigned(IBufferWriter<byte> writer)
    {
        writer.WriteLine("log_key"u8, LogKey);
        writer.WriteLine("epoch"u8, Epoch);
        NodeText.WriteId(writer, "node_id"u8, NodeId);
        NodeText.WriteUrl(writer, "node_url"u8, NodeUrl);
        writer.WriteLine("size"u8, TreeHead.Size);
        writer.WriteLine("root_hash"u8, TreeHead.RootHash);
        writer.WriteLine("timestamp"u8, Timestamp);
    }
}
