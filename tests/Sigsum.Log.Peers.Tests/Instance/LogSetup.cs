using System.Collections.Immutable;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>What a log instance is made of.</summary>
internal sealed record LogSetup
{
    public required ServerKind Primary { get; init; }

    /// <summary>Null: the primary runs alone, and ours is told so.</summary>
    public ServerKind? Secondary { get; init; }

    /// <summary>litewitness and sigsum-witness, both of which must cosign; otherwise the log has no witness.</summary>
    public bool Witnesses { get; init; }

    /// <summary>The log's key is in an ssh-agent, and the primary is given the public key.</summary>
    public bool KeyInAgent { get; init; }

    /// <summary>Our primary is born with sigsum-mktree, as log-go's are, and not with <c>sigsum-log init</c>.</summary>
    public bool BornByMktree { get; init; }

    /// <summary>A duration as the option takes it.</summary>
    public string Interval { get; init; } = "1s";

    /// <summary>Both nodes' <c>--url-prefix</c>.</summary>
    public string UrlPrefix { get; init; } = "";

    /// <summary>Further options of the primary; <c>{dir}</c> stands for the instance's folder.</summary>
    public ImmutableArray<string> PrimaryArguments { get; init; } = [];

    /// <summary>Files to write into the instance's folder before anything starts, by name.</summary>
    public ImmutableDictionary<string, string> Files { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>One file for <see cref="Files"/>.</summary>
    public static ImmutableDictionary<string, string> File(string name, string content) =>
        ImmutableDictionary<string, string>.Empty.Add(name, content);
}
