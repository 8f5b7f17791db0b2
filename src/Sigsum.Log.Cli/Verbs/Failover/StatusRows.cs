using System.Globalization;
using Sigsum.Log.Failover;
using Sigsum.Log.Scrubbing;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>The status of a node in words, row by row.</summary>
internal static class StatusRows
{
    /// <summary>Name and value of each row.</summary>
    public static IEnumerable<(string Name, string Value)> Of(NodeStatus status)
    {
        yield return ("node", $"{status.Role} {status.NodeId:N}, {(status.Running ? "running" : "stopped")}");
        yield return ("log", status.LogKeyHash ?? "its key is not known here");
        yield return ("epoch", status.Epoch == 0
            ? "0: never promoted"
            : $"{status.Epoch}: node {status.PromotedNode:N} at {status.PromotedUrl} is primary");
        yield return ("tree", $"{status.TreeType} {status.TreeState}, size {status.Size}, root {status.Root}");
        if (status.SignedSize is { } signed)
            yield return ("signed", Size(signed));
        if (status.PublishedSize is { } published)
            yield return ("published", $"{Size(published)}{(status.HeadAgeSeconds is { } age ? $", {age} s old" : "")}");
        yield return ("roster", status.Roster is { } roster ? $"{roster}, quorum {status.Quorum}" : "none");
        foreach (var other in status.Secondaries)
            yield return ("secondary", $"{other.Url} {(other.NodeId is { } id ? $"{id:N}" : "(no id)")}: {Held(other.Size)}");
        foreach (var witness in status.Witnesses)
            yield return ("witness", witness.Size is { } size
                ? $"{witness.Name}: {Size(size)}, {witness.AgeSeconds} s ago"
                : $"{witness.Name}: has not cosigned what is published");
        foreach (var row in status.Scrub is { } scrub ? OfScrub(scrub) : [])
            yield return row;
        foreach (var problem in status.Problems)
            yield return ("problem", problem);
        yield return ("ready for failover", status.ReadyForFailover
            ? "yes"
            : $"no, because {string.Join("; ", status.NotReadyBecause)}");
    }

    private static IEnumerable<(string, string)> OfScrub(ScrubStatus scrub)
    {
        yield return ("store checked", scrub.LastPass is { } last
            ? string.Create(CultureInfo.InvariantCulture,
                $"whole at {last.Ended.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: {last.Leaves} leaves in {last.Seconds} s")
            : "not completely since the start");
        if (scrub.UnderWay)
            yield return ("check now", $"leaf {scrub.Checked} of {scrub.Size}");
        foreach (var problem in scrub.Problems)
            yield return ("DAMAGE", problem);
    }

    private static string Held(ulong? size) => size is { } held ? $"holds {held}" : "what it holds is not known here";

    private static string Size(ulong size) => string.Create(CultureInfo.InvariantCulture, $"size {size}");
}
