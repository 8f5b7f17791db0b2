using System.Text;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Failover;

/// <summary>The nodes that the operator gave up for good at a promotion: the primary need not be told again.</summary>
internal static class LostNodesRecord
{
    /// <summary>Name of the stored record: node ids, one a line.</summary>
    public const string RecordKey = "lost-nodes";

    /// <summary>What is stored; empty for none.</summary>
    /// <exception cref="StoreException">The record is damaged.</exception>
    public static IEnumerable<Guid> Load(ILogStore store) =>
        store.ReadRecord(RecordKey) is { } bytes ? Parse(bytes) : [];

    internal static IReadOnlyList<Guid> Parse(ReadOnlySpan<byte> bytes)
    {
        var nodes = new List<Guid>();
        foreach (var line in Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Guid.TryParseExact(line, "N", out var id))
                nodes.Add(id);
        }

        // One spelling: what would not be written like this was not written by this program.
        return ToStore(nodes).Value.Span.SequenceEqual(bytes)
            ? nodes
            : throw new StoreException("the stored list of lost nodes is damaged");
    }

    /// <summary>The nodes as they are stored.</summary>
    public static StoreRecord ToStore(IEnumerable<Guid> nodes) =>
        new(RecordKey, Encoding.ASCII.GetBytes(string.Concat(nodes.Select(id => $"{id:N}\n"))));
}
