using System.Collections.Immutable;
using Sigsum.Log.Cli.Options;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>The options that the commands of failover share; those of the servers have the servers' names.</summary>
internal static class FailoverOptions
{
    /// <summary>The primary before is alive, and goes.</summary>
    public static OptionSpec FencePrimary { get; } = new("fence-primary", OptionKind.Flag, FileTable.None, "",
        "The old primary answers: tell it that its time is over, and go on only when it has confirmed that.");

    /// <summary>Where the others will find the promoted node.</summary>
    public static OptionSpec NodeUrl { get; } = new("node-url", OptionKind.Text, FileTable.None, "url",
        "Where other nodes reach the internal endpoint of this one; what its old primary used, if unset.");

    /// <summary>On the operator's word.</summary>
    public static OptionSpec WithoutRoster { get; } = new("without-roster", OptionKind.Flag, FileTable.None, "",
        "No roster lists this node (log-go makes none), and it is certain that it holds all leaves of the log.");

    /// <summary>Sign at once.</summary>
    public static OptionSpec LocalTree { get; } = new("local-tree", OptionKind.Flag, FileTable.None, "",
        "Sign the local tree at the first start, without waiting for secondaries, as log-go does.");

    /// <summary>Where leaves come from.</summary>
    public static OptionSpec From { get; } = new("from", OptionKind.Text, FileTable.None, "url",
        "Internal endpoint of the node that holds the leaves.");

    /// <summary>Whose status.</summary>
    public static OptionSpec Url { get; } = new("url", OptionKind.Text, FileTable.None, "url",
        "Internal endpoint of a node that runs; if unset, the directory is read.");

    /// <summary>Node ids and URLs in <c>--lost-node</c>.</summary>
    public static (ImmutableArray<Guid> Ids, ImmutableArray<Uri> Urls) ReadLost(OptionValues values)
    {
        var ids = ImmutableArray.CreateBuilder<Guid>();
        var urls = ImmutableArray.CreateBuilder<Uri>();
        foreach (var written in values.All(OptionCatalog.LostNode.Name).Where(written => written.Text.Length > 0))
        {
            if (OptionReader.NodeId(written.Text) is { } id)
                ids.Add(id);
            else if (Uri.TryCreate(written.Text, UriKind.Absolute, out var url))
                urls.Add(url);
            else
                values.AddProblem(OptionCatalog.LostNode.Name,
                    $"'{written.Text}' is neither a node id of 32 hex digits nor a URL", written.Place);
        }

        return (ids.DrainToImmutable(), urls.DrainToImmutable());
    }
}
