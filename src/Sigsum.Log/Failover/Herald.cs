using System.Text;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Tells nodes that may not know it yet of the latest promotion: a promoted primary calls on the primary before it and on
/// the nodes of its roster until each has stored the record, however long they are away. Whoever was cut off is fenced as
/// soon as it can be reached.
/// </summary>
internal sealed class Herald(
    ILogStore store, Succession succession, RosterKeeper roster, Func<Uri, NodeClient> connect, NodeServices services)
{
    /// <summary>Name of the stored record: URLs that have not heard yet, one a line.</summary>
    public const string RecordKey = "herald";

    /// <summary>URLs to call on, as they are stored; no URLs remove the record.</summary>
    public static StoreRecord ToStore(IEnumerable<Uri> urls) =>
        new(RecordKey, Encoding.ASCII.GetBytes(string.Concat(urls.Select(url => url.AbsoluteUri + "\n"))));

    /// <summary>Sends our record to a node that lacks it.</summary>
    /// <returns>Whether the node knows it now.</returns>
    /// <exception cref="LogClientException">The node cannot be reached.</exception>
    public static async Task<bool> TellAsync(
        NodeClient client, NodeGreeting theirs, Succession succession, CancellationToken cancellationToken)
    {
        var latest = succession.Latest;
        if (latest is null || !SuccessionRules.Lacks(theirs, latest))
            return true;
        return (await client.AddPromotionAsync(latest, cancellationToken)).IsStored;
    }

    /// <summary>Calls until everybody has heard.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var open = Load();
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        while (open.Count > 0 && succession.Latest is { } record)
        {
            var heard = await Task.WhenAll(open.Select(url => HasHeardAsync(url, record, cancellationToken)));
            var left = open.Where((_, i) => !heard[i]).ToList();
            if (left.Count < open.Count)
                store.CommitRecords([ToStore(left)]);
            open = left;
            if (open.Count > 0)
                await Task.Delay(backoff.Next(), services.Time, cancellationToken);
        }
    }

    private async Task<bool> HasHeardAsync(Uri url, PromotionRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var node = connect(url);
            if (!(await node.AddPromotionAsync(record, cancellationToken)).IsStored)
                return false;
            // A secondary that was given up at the promotion learns, if it lives, that it is out. Primaries take no roster.
            if (roster is { InForce: true, Current: { } current })
                await node.AddRosterAsync(current, cancellationToken);
            return true;
        }
        catch (LogClientException)
        {
            return false;
        }
    }

    private List<Uri> Load() => store.ReadRecord(RecordKey) is { } bytes
        ? [.. Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new Uri(line))]
        : [];
}
