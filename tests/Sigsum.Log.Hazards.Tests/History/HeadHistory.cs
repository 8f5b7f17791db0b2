using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests.History;

/// <summary>Every tree head of a log that was ever seen anywhere, and everything that was wrong at first sight.</summary>
internal sealed partial class HeadHistory
{
    private readonly ConcurrentDictionary<TreeHead, SeenHead> _heads = new();
    private readonly ConcurrentQueue<string> _complaints = [];

    /// <summary>All heads by size.</summary>
    public IReadOnlyList<SeenHead> BySize => [.. _heads.Values.OrderBy(seen => seen.Head.Size).ThenBy(seen => seen.When)];

    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The size of the largest.</summary>
    public ulong LargestSize => _heads.Keys.Select(head => head.Size).DefaultIfEmpty().Max();

    /// <summary>Keeps a head, if it was not seen before.</summary>
    public void Add(string source, TreeHead head) =>
        _heads.TryAdd(head, new SeenHead(head, source, Stopwatch.GetTimestamp()));

    /// <summary>Keeps a head that came with the log's signature.</summary>
    public void Add(string source, SignedTreeHead head, in PublicKey logKey)
    {
        if (!_heads.ContainsKey(head.TreeHead) && !head.Verify(logKey))
            Complain($"{source}: the head of size {head.TreeHead.Size} has a bad signature");
        Add(source, head.TreeHead);
    }

    /// <summary>Keeps every head that a node of ours says it has signed, in the lines of its log at level debug.</summary>
    public void AddSigned(string node, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            if (SignedLine().Match(line) is { Success: true } match)
            {
                ulong size = ulong.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                Add("signed by " + node, new TreeHead(size, Hash.ParseHex(match.Groups[2].ValueSpan)));
            }
        }
    }

    /// <summary>Notes something that must not happen.</summary>
    public void Complain(string what) => _complaints.Enqueue(what);

    [GeneratedRegex("event=Signed .* size=([0-9]+) root=([0-9a-f]{64})")]
    private static partial Regex SignedLine();
}
