using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>The stages of a tree on its way to the public; the label <c>tree</c> is the name in lower case.</summary>
internal enum TreeStage
{
    /// <summary>What this node has stored durably.</summary>
    Local,

    /// <summary>What every required secondary has stored durably too.</summary>
    Replicated,

    /// <summary>The last signed head.</summary>
    Signed,

    /// <summary>The head that <c>get-tree-head</c> answers.</summary>
    Published,
}

/// <summary>How far the tree has come, how old the published head is, and how far each secondary is behind.</summary>
internal sealed class TreeMetrics(TimeProvider time)
{
    private static readonly (TreeStage Stage, string Label)[] Stages =
    [
        (TreeStage.Local, "tree=\"local\""), (TreeStage.Published, "tree=\"published\""),
        (TreeStage.Replicated, "tree=\"replicated\""), (TreeStage.Signed, "tree=\"signed\""),
    ];

    private readonly Lock _gate = new();
    private readonly ulong?[] _sizes = new ulong?[Stages.Length];
    private readonly SortedDictionary<string, Replica> _secondaries = new(StringComparer.Ordinal);
    private DateTimeOffset? _publishedAt;

    /// <summary>A tree now has this size. For the published one use <see cref="OnPublished"/>.</summary>
    public void SetSize(TreeStage stage, ulong size)
    {
        lock (_gate)
        {
            _sizes[(int)stage] = size;
            if (stage != TreeStage.Local)
                return;
            foreach (string secondary in _secondaries.Keys.ToArray())
                _secondaries[secondary] = Compare(_secondaries[secondary], size);
        }
    }

    /// <summary>A head is now public. <paramref name="signedAt"/> is when it was signed, not when it was published.</summary>
    public void OnPublished(ulong size, DateTimeOffset signedAt)
    {
        lock (_gate)
        {
            _sizes[(int)TreeStage.Published] = size;
            _publishedAt = signedAt;
        }
    }

    /// <summary>
    /// A secondary says that it has stored <paramref name="size"/> leaves. Call it once at start with zero, so that
    /// one that never answers shows too. <paramref name="secondary"/> is its configured URL.
    /// </summary>
    public void SetSecondarySize(Uri secondary, ulong size)
    {
        string labels = Labels.Render(["secondary"], [secondary.OriginalString]);
        lock (_gate)
        {
            _secondaries.TryGetValue(labels, out Replica before);
            _secondaries[labels] = Compare(before with { Size = size }, _sizes[(int)TreeStage.Local] ?? 0);
        }
    }

    public void Write(ExpositionWriter writer)
    {
        lock (_gate)
        {
            if (_sizes.Any(size => size is not null))
                writer.Family("sigsum_log_tree_size", "gauge", "number of leaves, by how far the tree has come");
            foreach ((TreeStage stage, string label) in Stages)
            {
                if (_sizes[(int)stage] is { } size)
                    writer.Sample("sigsum_log_tree_size", label, (long)size);
            }
            WriteGauge(writer, "sigsum_log_head_age_seconds", "time since the published tree head was signed",
                _publishedAt is { } signedAt ? Math.Max(0, (time.GetUtcNow() - signedAt).TotalSeconds) : null);
            WriteSecondaries(writer);
        }
    }

    private void WriteSecondaries(ExpositionWriter writer)
    {
        if (_secondaries.Count == 0)
            return;
        ulong local = _sizes[(int)TreeStage.Local] ?? 0;
        writer.Family("sigsum_log_replication_lag_leaves", "gauge", "leaves that a secondary has not acknowledged");
        foreach ((string labels, Replica replica) in _secondaries)
            writer.Sample("sigsum_log_replication_lag_leaves", labels, (long)(local - Math.Min(local, replica.Size)));
        writer.Family("sigsum_log_replication_lag_seconds", "gauge", "how long a secondary has been behind");
        foreach ((string labels, Replica replica) in _secondaries)
        {
            writer.Sample("sigsum_log_replication_lag_seconds", labels,
                replica.BehindSince is { } since ? time.GetElapsedTime(since).TotalSeconds : 0);
        }
    }

    private static void WriteGauge(ExpositionWriter writer, string name, string help, double? value)
    {
        if (value is null)
            return;
        writer.Family(name, "gauge", help);
        writer.Sample(name, "", value.Value);
    }

    private Replica Compare(Replica replica, ulong local) => replica with
    {
        BehindSince = replica.Size >= local ? null : replica.BehindSince ?? time.GetTimestamp(),
    };

    private readonly record struct Replica(ulong Size, long? BehindSince);
}
