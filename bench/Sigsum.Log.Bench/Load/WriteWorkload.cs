using System.Diagnostics;

namespace Sigsum.Log.Bench.Load;

/// <summary>
/// Submitters: each connection posts fresh leaves, and posts those that did not get 200 again when
/// <paramref name="patience"/> is over, the oldest first, until they do. A log that always answers 202 first is so kept as
/// busy as one that answers 200.
/// </summary>
/// <param name="leaves">Where leaves are taken from.</param>
/// <param name="first">Index of the first to take.</param>
/// <param name="patience">How long after a 202 a leaf is posted again.</param>
internal sealed class WriteWorkload(LeafPool leaves, int first, TimeSpan patience) : IWorkload
{
    private readonly long _patience = (long)(patience.TotalSeconds * Stopwatch.Frequency);
    private readonly Dictionary<int, Submission> _underWay = [];
    private readonly Queue<Submission> _waiting = new();
    private readonly AddLeaf _addLeaf = new();

    /// <summary>Index of the first leaf that was not taken.</summary>
    public int Next { get; private set; } = first;

    /// <summary>Answers of 200 within the time that is measured.</summary>
    public int Committed { get; private set; }

    /// <summary>Answers other than 200 and 202: none are expected.</summary>
    public int Refused { get; private set; }

    /// <summary>From a first POST to its answer.</summary>
    public Latencies FirstAnswer { get; } = new();

    /// <summary>From a leaf's first POST to its 200.</summary>
    public Latencies ToCommitted { get; } = new();

    public int WriteRequest(int connection, Span<byte> buffer, long now)
    {
        Submission submission = _waiting.TryPeek(out Submission? oldest) && now - oldest.AnsweredAt >= _patience
            ? _waiting.Dequeue()
            : new Submission(Next++, now);
        _underWay[connection] = submission;
        return _addLeaf.Write(leaves[submission.Leaf], buffer);
    }

    public void OnAnswer(int connection, int status, long sentAt, long now, bool counts)
    {
        Submission submission = _underWay[connection];
        if (counts && submission.AnsweredAt == 0)
            FirstAnswer.Add(sentAt, now);
        submission.AnsweredAt = now;
        if (status != 200)
        {
            if (status != 202)
                Refused++;
            _waiting.Enqueue(submission);
            return;
        }

        if (!counts)
            return;
        Committed++;
        ToCommitted.Add(submission.FirstPost, now);
    }

    private sealed class Submission(int leaf, long firstPost)
    {
        public int Leaf => leaf;

        public long FirstPost => firstPost;

        /// <summary>When the last answer came; 0 before the first.</summary>
        public long AnsweredAt { get; set; }
    }
}
