using Sigsum.Messages;

namespace Sigsum.Client.Http;

/// <summary>A request for leaves, cut to what one answer may hold: nodes and logs answer with fewer anyway.</summary>
internal readonly struct LeavesQuery
{
    /// <summary>The endpoint of the log protocol.</summary>
    public const string Endpoint = "get-leaves";

    private readonly LeavesRange _range;
    private readonly int _count;

    public LeavesQuery(ulong start, ulong end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(start, end);
        _count = (int)Math.Min(end - start, AnswerLimits.LeavesPerRequest);
        _range = new LeavesRange(start, start + (ulong)_count);
    }

    public string Path => _range.ToPath();

    public int AnswerLimit => _count * LeafList.LineSize;

    /// <summary>Reads the answer: at least one leaf, and no more than asked for.</summary>
    public IReadOnlyList<Leaf> Parse(ReadOnlySpan<byte> body)
    {
        List<Leaf> leaves = LeafList.Parse(body, _count);
        return leaves.Count > 0 ? leaves : throw new SigsumFormatException("no leaf in a successful answer");
    }
}
