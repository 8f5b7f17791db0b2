namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>The options of a node's command line, as its operator writes them and edits them later.</summary>
internal sealed class NodeArguments
{
    private readonly List<(string Name, string? Value)> _options = [];

    /// <summary>All of them, as words of a command line.</summary>
    public IEnumerable<string> Words => _options.Select(Word);

    /// <summary>One more option; a name may be there several times.</summary>
    public void Add(string name, string? value = null) => _options.Add((name, value));

    /// <summary>One option instead of those of that name.</summary>
    public void Set(string name, string? value = null)
    {
        Remove(name);
        Add(name, value);
    }

    /// <summary>Takes away every option of that name.</summary>
    public void Remove(string name) => _options.RemoveAll(option => option.Name == name);

    /// <summary>Those of the node's options that a command takes too, as words of its command line.</summary>
    public IEnumerable<string> Only(params string[] names) =>
        _options.Where(option => names.Contains(option.Name)).Select(Word);

    private static string Word((string Name, string? Value) option) =>
        option.Value is null ? $"--{option.Name}" : $"--{option.Name}={option.Value}";
}
