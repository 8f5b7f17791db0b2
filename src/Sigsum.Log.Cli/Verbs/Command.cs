namespace Sigsum.Log.Cli.Verbs;

/// <summary>A word on the command line: a <see cref="Verb"/>, or a <see cref="VerbGroup"/> of several.</summary>
internal abstract class Command
{
    /// <summary>The word on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the list of commands.</summary>
    public abstract string Summary { get; }
}
