namespace Sigsum.Log.Cli.Verbs;

/// <summary>Verbs that are written as two words, such as <c>key check</c>: the first names the group.</summary>
/// <param name="name">The first word.</param>
/// <param name="summary">One line for the list of commands.</param>
/// <param name="verbs">What the second word can be; each has its own options.</param>
internal sealed class VerbGroup(string name, string summary, params IReadOnlyList<Verb> verbs) : Command
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => summary;

    /// <summary>What the second word can be.</summary>
    public IReadOnlyList<Verb> Verbs => verbs;
}
