namespace Sigsum.Log.Cli.Options;

/// <summary>What can be written after an option.</summary>
internal enum OptionKind
{
    /// <summary>A text; the last one counts.</summary>
    Text,

    /// <summary>A text that may be given several times; a string or an array of strings in the file.</summary>
    Texts,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Nothing, or <c>=true</c> or <c>=false</c>.</summary>
    Flag,
}

/// <summary>Where an option is found in the configuration file.</summary>
internal enum FileTable
{
    /// <summary>Nowhere: an option of the command line only.</summary>
    None,

    /// <summary>Before the first table.</summary>
    Root,

    /// <summary>In <c>[primary]</c>.</summary>
    Primary,

    /// <summary>In <c>[secondary]</c>.</summary>
    Secondary,
}

/// <summary>One option: its name is the same on the command line and in the file.</summary>
/// <param name="Name">Long name without dashes.</param>
/// <param name="Kind">What can be written after it.</param>
/// <param name="Table">Where the file has it.</param>
/// <param name="ValueName">What help calls its value.</param>
/// <param name="Help">One or two sentences.</param>
internal sealed record OptionSpec(string Name, OptionKind Kind, FileTable Table, string ValueName, string Help)
{
    /// <summary>The default as it would be written; empty for none.</summary>
    public string Default { get; init; } = "";

    /// <summary>Whether the option is accepted for log-go's sake and does nothing.</summary>
    public bool Ignored { get; init; }
}
