using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>From add-leaf to 200: the queue, the batches, the store, and how long a submitter waits.</summary>
internal sealed class PipelineMetrics
{
    private readonly Counter _sequenced = new();
    private readonly Counter _forgotten = new();
    private readonly Histogram _batch = new(Buckets.Leaves);
    private readonly Histogram _commit = new(Buckets.Commit);
    private readonly Histogram _wait = new(Buckets.Wait);
    private volatile Func<int>? _queueLength;
    private int _queueCapacity;

    /// <summary>Tells where to read the length of the sequencer's queue at each scrape, and its bound.</summary>
    public void ObserveQueue(Func<int> length, int capacity)
    {
        _queueCapacity = capacity;
        _queueLength = length;
    }

    /// <summary>A batch of new leaves is durable; <paramref name="commit"/> is how long the store took.</summary>
    public void OnBatchStored(int leaves, TimeSpan commit)
    {
        _sequenced.Add(leaves);
        _batch.Observe(leaves);
        _commit.Observe(commit);
    }

    /// <summary>A leaf got its first 200, this long after its first add-leaf. See <see cref="LeafTimer"/>.</summary>
    public void OnLeafCommitted(TimeSpan sinceFirstSeen) => _wait.Observe(sinceFirstSeen);

    /// <summary>A leaf's time was given up: its submitter did not ask again in time, or there were too many.</summary>
    public void OnLeafForgotten() => _forgotten.Add();

    public void Write(ExpositionWriter writer)
    {
        if (_queueLength is { } length)
        {
            writer.Family("sigsum_log_queue_length", "gauge", "leaves that wait to be sequenced");
            writer.Sample("sigsum_log_queue_length", "", length());
            writer.Family("sigsum_log_queue_capacity", "gauge", "leaves that may wait before add-leaf answers 503");
            writer.Sample("sigsum_log_queue_capacity", "", _queueCapacity);
        }
        writer.Family("sigsum_log_sequenced_leaves_total", "counter", "new leaves stored since the start");
        writer.Sample("sigsum_log_sequenced_leaves_total", "", _sequenced.Value);
        writer.Family("sigsum_log_batch_leaves", "histogram", "new leaves per batch");
        _batch.Write(writer, "sigsum_log_batch_leaves", "");
        writer.Family("sigsum_log_store_commit_seconds", "histogram", "time of a batch's atomic, synced write");
        _commit.Write(writer, "sigsum_log_store_commit_seconds", "");
        writer.Family("sigsum_log_leaf_commit_seconds", "histogram", "time from a leaf's first add-leaf to its first 200");
        _wait.Write(writer, "sigsum_log_leaf_commit_seconds", "");
        writer.Family("sigsum_log_leaf_times_forgotten_total", "counter",
            "leaves whose time to 200 was not measured: not asked for again in time, or too many at once");
        writer.Sample("sigsum_log_leaf_times_forgotten_total", "", _forgotten.Value);
    }
}
