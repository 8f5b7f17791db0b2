using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Options;

/// <summary>What was written for an option, and where.</summary>
/// <param name="Text">As written, unquoted.</param>
/// <param name="Place">File and line; null for the command line.</param>
internal readonly record struct WrittenValue(string Text, string? Place);

/// <summary>
/// What was written for all options, before any of it is understood, with the problems met so far. The command line
/// is read first; what it says about an option wins over the file.
/// </summary>
internal sealed class OptionValues
{
    private readonly Dictionary<string, List<WrittenValue>> _commandLine = [];
    private readonly Dictionary<string, List<WrittenValue>> _file = [];
    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>All problems so far, in the order in which they were met.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Notes a value from the command line.</summary>
    public void AddFromCommandLine(string name, string text) => Add(_commandLine, name, new(text, null));

    /// <summary>Notes a value from the file.</summary>
    public void AddFromFile(string name, string text, string place) => Add(_file, name, new(text, place));

    /// <summary>Notes something that is wrong.</summary>
    public void AddProblem(string option, string message, string? place = null) =>
        _problems.Add(new(option, place is null ? message : $"{message} ({place})"));

    /// <summary>Notes what a rule found, unless the option has a problem that explains it already.</summary>
    public void AddProblems(IEnumerable<ConfigurationProblem> problems)
    {
        var known = _problems.Select(problem => problem.Option).ToHashSet();
        _problems.AddRange(problems.Where(problem => !known.Contains(problem.Option)));
    }

    /// <summary>All that counts for an option: from the command line if there is any, else from the file.</summary>
    public IReadOnlyList<WrittenValue> All(string name) =>
        _commandLine.TryGetValue(name, out var written) || _file.TryGetValue(name, out written) ? written : [];

    /// <summary>The value that counts, the last one; null if none was written.</summary>
    public WrittenValue? Last(string name) => All(name) is [.., var last] ? last : null;

    private static void Add(Dictionary<string, List<WrittenValue>> values, string name, WrittenValue value)
    {
        if (values.TryGetValue(name, out var written))
            written.Add(value);
        else
            values.Add(name, [value]);
    }
}
