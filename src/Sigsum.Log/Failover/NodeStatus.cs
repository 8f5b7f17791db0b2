using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sigsum.Crypto;
using Sigsum.Log.Scrubbing;

namespace Sigsum.Log.Failover;

/// <summary>
/// What a node says of itself, to <c>get-status</c> and <c>sigsum-log status</c>: one form for a node that runs and for a
/// directory. Sizes are numbers of leaves, ages are seconds, hashes are hex.
/// </summary>
internal sealed record NodeStatus
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Whether the node runs.</summary>
    public required bool Running { get; init; }

    /// <summary><c>primary</c> or <c>secondary</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Given at birth.</summary>
    public required Guid NodeId { get; init; }

    /// <summary>Key hash of the log; null until it is known.</summary>
    public string? LogKeyHash { get; init; }

    /// <summary>Epoch of the latest promotion record that the node knows; 0 before the first.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>The node that this record names.</summary>
    public Guid? PromotedNode { get; init; }

    /// <summary>Where that is.</summary>
    public Uri? PromotedUrl { get; init; }

    /// <summary><c>LOG</c> or <c>PREORDERED_LOG</c>.</summary>
    public required string TreeType { get; init; }

    /// <summary><c>ACTIVE</c> or <c>FROZEN</c>.</summary>
    public required string TreeState { get; init; }

    /// <summary>The tree that is stored.</summary>
    public required ulong Size { get; init; }

    /// <summary>Its root.</summary>
    public required string Root { get; init; }

    /// <summary>Size of the latest signed head, on a primary.</summary>
    public ulong? SignedSize { get; init; }

    /// <summary>
    /// Up to which size the tree of a primary that runs gives way to no other one: that is signed, or was taken over or fetched back.
    /// </summary>
    public ulong? KeptSize { get; init; }

    /// <summary>Size of the head that is published, or, on a secondary, of the latest that it knows to be.</summary>
    public ulong? PublishedSize { get; init; }

    /// <summary>How old that is, by its newest cosignature, or since it was signed.</summary>
    public long? HeadAgeSeconds { get; init; }

    /// <summary>The roster that the node has stored, as epoch and number.</summary>
    public string? Roster { get; init; }

    /// <summary>How many secondaries must hold a leaf.</summary>
    public int? Quorum { get; init; }

    /// <summary>The other nodes of the roster, with what each has acknowledged.</summary>
    public ImmutableArray<SecondaryStatus> Secondaries { get; init; } = [];

    /// <summary>The witnesses of the published head.</summary>
    public ImmutableArray<WitnessStatus> Witnesses { get; init; } = [];

    /// <summary>The check of the stored tree; null where the node does not run, or it is turned off.</summary>
    public ScrubStatus? Scrub { get; init; }

    /// <summary>What is not as it should be, one line each.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>Whether the log could go on now, with nothing lost, if the primary were lost.</summary>
    public required bool ReadyForFailover { get; init; }

    /// <summary>Why not; empty when it is.</summary>
    public ImmutableArray<string> NotReadyBecause { get; init; } = [];

    /// <summary>The root as a hash.</summary>
    [JsonIgnore]
    public Hash RootHash => Hash.ParseHex(Root);

    /// <summary>Reads what <see cref="ToJson"/> wrote, of this version or a later one.</summary>
    /// <exception cref="SigsumFormatException">It is anything else.</exception>
    public static NodeStatus Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var status = JsonSerializer.Deserialize<NodeStatus>(json, Json)
                ?? throw new SigsumFormatException("not the status of a node: null");
            _ = status.RootHash;
            return status;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The message may quote what another node sent, and is shown on a terminal.
            var message = string.Concat(error.Message.Select(c => char.IsControl(c) ? '?' : c));
            throw new SigsumFormatException($"not the status of a node: {message}");
        }
    }

    /// <summary>One JSON object.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}

/// <summary>A secondary, as its primary or its sibling knows it.</summary>
/// <param name="NodeId">Null for one that has no id (log-go), or was never heard.</param>
/// <param name="Url">Its internal endpoint.</param>
/// <param name="Size">What it has acknowledged; null where that is not known.</param>
internal sealed record SecondaryStatus(Guid? NodeId, Uri Url, ulong? Size);

/// <summary>A witness of the policy.</summary>
/// <param name="Name">Its name there, or its key hash.</param>
/// <param name="Size">The published size that it has cosigned; null where its cosignature is missing.</param>
/// <param name="AgeSeconds">How old its cosignature is.</param>
internal sealed record WitnessStatus(string Name, ulong? Size, long? AgeSeconds);
