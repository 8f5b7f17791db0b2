using System.Buffers;
using System.Collections.Immutable;
using Sigsum.Log.Signing;
using Sigsum.Messages;

namespace Sigsum.Log.Publication;

/// <summary>
/// What readers see: one cosigned tree head, and the bytes that get-tree-head answers. Immutable; readers take a
/// reference and never wait for a writer.
/// </summary>
internal sealed class PublishedTree
{
    private PublishedTree(CosignedTreeHead head, DateTimeOffset signedAt)
    {
        Head = head;
        SignedAt = signedAt;
        var body = new ArrayBufferWriter<byte>(1024);
        head.Write(body);
        Body = body.WrittenMemory;
    }

    /// <summary>The published tree head with its cosignatures.</summary>
    public CosignedTreeHead Head { get; }

    /// <summary>When its signature, or the newest cosignature of a restored head, was made: the age of the head.</summary>
    public DateTimeOffset SignedAt { get; }

    /// <summary>Answer of get-tree-head.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Number of leaves that readers may ask for.</summary>
    public ulong Size => Head.SignedTreeHead.TreeHead.Size;

    /// <summary>A head with what the witnesses answered.</summary>
    public static PublishedTree Create(
        StoredTreeHead head, ImmutableArray<Cosignature> cosignatures, DateTimeOffset now) =>
        new(new CosignedTreeHead(head.Signed, cosignatures), now);

    /// <summary>A head that was published earlier, read back from the store.</summary>
    public static PublishedTree Restore(CosignedTreeHead head, DateTimeOffset now) =>
        new(head, head.Cosignatures.IsEmpty
            ? now
            : DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(
                head.Cosignatures.Max(c => c.Timestamp), (ulong)now.ToUnixTimeSeconds())));

    /// <summary>The same head with one cosignature more, or newer.</summary>
    public PublishedTree With(Cosignature cosignature)
    {
        var others = Head.Cosignatures.RemoveAll(known => known.KeyHash == cosignature.KeyHash);
        return new PublishedTree(Head with { Cosignatures = others.Add(cosignature) }, SignedAt);
    }
}
