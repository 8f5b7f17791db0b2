namespace Sigsum.Log.Simulation.Machine;

/// <summary>
/// The small files of one host, as the running system sees them and as they would be after the power fails: content that was
/// not synced is lost, or torn; names that were changed since the last sync of the directory may be as before.
/// </summary>
internal sealed class FileTable
{
    private readonly List<NameChange> _unsynced = [];
    private Dictionary<string, FileData> _names = [];
    private Dictionary<string, FileData> _durable = [];

    /// <summary>Content of a file; null where there is none.</summary>
    public FileData? Find(string path) => _names.GetValueOrDefault(path);

    /// <summary>Gives a name to a file, or takes it away.</summary>
    public void Change(string path, FileData? file)
    {
        Apply(_names, new NameChange(path, file));
        _unsynced.Add(new NameChange(path, file));
    }

    /// <summary>Gives a file another name, as one step.</summary>
    public void Move(string path, string to)
    {
        var file = _names[path];
        Apply(_names, new NameChange(path, null, to, file));
        _unsynced.Add(new NameChange(path, null, to, file));
    }

    /// <summary>Makes all names durable.</summary>
    public void SyncNames()
    {
        _unsynced.Clear();
        _durable = new Dictionary<string, FileData>(_names);
    }

    /// <summary>The power fails.</summary>
    public void LosePower(Random random)
    {
        // A journal: changes of names get to the disk in their order, some of the last ones do not.
        foreach (var change in _unsynced.Take(random.Next(_unsynced.Count + 1)))
            Apply(_durable, change);
        _unsynced.Clear();
        _names = _durable;
        _durable = new Dictionary<string, FileData>(_names);
        foreach (var file in _names.Values)
            file.LosePower(random);
    }

    /// <summary>What a file certainly holds after the power has failed; null where that is not certain.</summary>
    public byte[]? Certain(string path) => _unsynced.Any(change => change.Name == path || change.To == path)
        ? null
        : _names.GetValueOrDefault(path)?.Certain;

    /// <summary>Files of which a bit has changed, and that were not written again since.</summary>
    public IEnumerable<string> Damaged => _names.Where(file => file.Value.IsDamaged).Select(file => file.Key);

    /// <summary>One bit of one file changes.</summary>
    /// <returns>Which file; null where there is none with anything in it.</returns>
    public string? Decay(Random random)
    {
        string[] names = [.. _names.Where(file => file.Value.Content.Length > 0).Select(file => file.Key).Order(StringComparer.Ordinal)];
        if (names.Length == 0)
            return null;
        var name = names[random.Next(names.Length)];
        _names[name].Decay(random);
        return name;
    }

    /// <summary>A copy of all files as they are.</summary>
    public FileTable Copy()
    {
        var copy = new FileTable();
        foreach (var (name, file) in _names)
            copy._names[name] = file.Copy();
        copy.SyncNames();
        return copy;
    }

    private static void Apply(Dictionary<string, FileData> names, NameChange change)
    {
        foreach (var (name, file) in new[] { (change.Name, change.File), (change.To, change.Moved) })
        {
            if (name is null)
                continue;
            if (file is null)
                names.Remove(name);
            else
                names[name] = file;
        }
    }

    private sealed record NameChange(string Name, FileData? File, string? To = null, FileData? Moved = null);
}

/// <summary>One file: its bytes, and those of them that are durable.</summary>
internal sealed class FileData
{
    private byte[] _durable = [];

    /// <summary>What a reader sees.</summary>
    public byte[] Content { get; private set; } = [];

    /// <summary>What is there after the power has failed; null where some of it was not synced.</summary>
    public byte[]? Certain => ReferenceEquals(Content, _durable) ? Content : null;

    /// <summary>Appends bytes; they are not durable yet.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => Content = [.. Content, .. bytes];

    /// <summary>Makes the content durable.</summary>
    public void Sync() => _durable = Content;

    /// <summary>What was not synced is lost, in part or as a whole.</summary>
    public void LosePower(Random random)
    {
        if (!ReferenceEquals(Content, _durable))
            Content = Content[..random.Next(_durable.Length > Content.Length ? 0 : _durable.Length, Content.Length + 1)];
        _durable = Content;
    }

    /// <summary>Whether a bit has changed.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>One bit changes.</summary>
    public void Decay(Random random)
    {
        byte[] content = [.. Content];
        content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
        _durable = Content = content;
        IsDamaged = true;
    }

    /// <summary>A durable copy.</summary>
    public FileData Copy() => new() { Content = Content, _durable = Content, IsDamaged = IsDamaged };
}
