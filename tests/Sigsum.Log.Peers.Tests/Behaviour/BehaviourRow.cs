namespace Sigsum.Log.Peers.Tests.Behaviour;

/// <summary>Which listener a request goes to.</summary>
internal enum Listener
{
    PrimaryExternal,
    PrimaryInternal,
    SecondaryExternal,
    SecondaryInternal,
}

/// <summary>How much of two good answers must be equal.</summary>
internal enum Sameness
{
    /// <summary>Every byte: both logs have the same key and the same leaves, and Ed25519 is deterministic.</summary>
    Body,

    /// <summary>The keys of the lines, in order: values differ between any two nodes.</summary>
    Shape,

    /// <summary>Nothing but status and headers: pages for people, metrics.</summary>
    Status,
}

/// <summary>
/// One request, the status that answers it, and how closely our answer must be log-go's. In paths and bodies,
/// <c>{leaf0}</c> to <c>{leaf4}</c> stand for the leaf hashes of the log's five leaves, <c>{request0}</c> for the
/// add-leaf request of the first.
/// </summary>
/// <param name="Name">As docs/interop.md lists it.</param>
/// <param name="Path">Below the listener's root, without a slash in front.</param>
/// <param name="Status">The answer's.</param>
internal sealed record BehaviourRow(string Name, string Path, int Status)
{
    public string Method { get; init; } = "GET";

    public Listener Listener { get; init; } = Listener.PrimaryExternal;

    public Func<BehaviourInputs, string>? Body { get; init; }

    public (string Name, string Value)? Header { get; init; }

    public Sameness Sameness { get; init; } = Sameness.Body;

    /// <summary>Our status where it is another one on purpose; the reason stands in docs/interop.md.</summary>
    public int? OurStatus { get; init; }

    /// <summary>The row as docs/interop.md has it.</summary>
    public string DocumentLine
    {
        get
        {
            string answer = OurStatus is { } ours ? $"**{ours}**; log-go {Status}" : $"{Status}";
            return $"| {Name} | {ListenerName} | `{Method} /{ShortPath}` | {answer} |";
        }
    }

    private string ListenerName => Listener switch
    {
        Listener.PrimaryExternal => "clients",
        Listener.PrimaryInternal => "nodes",
        Listener.SecondaryExternal => "secondary, clients",
        _ => "secondary, nodes",
    };

    // Hashes of one repeated digit say nothing by their length.
    private string ShortPath => Path
        .Replace(new string('a', 64), "aa...a", StringComparison.Ordinal)
        .Replace(new string('g', 64), "gg...g", StringComparison.Ordinal);

    public override string ToString() => Name;
}

/// <summary>What the bodies of rows are made from.</summary>
/// <param name="Requests">The add-leaf requests of the leaves that both logs hold.</param>
/// <param name="Unlogged">A good request that neither log has seen.</param>
/// <param name="LeafHashes">Of the requests, in hex.</param>
internal sealed record BehaviourInputs(IReadOnlyList<string> Requests, string Unlogged, IReadOnlyList<string> LeafHashes);
