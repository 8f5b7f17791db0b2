using System.Text;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Signing;

/// <summary>What a primary signs first after a start.</summary>
internal enum StartupMode
{
    /// <summary>Go on from the sth file; there is no startup file.</summary>
    Saved,

    /// <summary>A new log: sign the empty tree.</summary>
    Empty,

    /// <summary>Sign the local tree at once.</summary>
    LocalTree,

    /// <summary>Sign nothing until the required secondaries hold the whole local tree.</summary>
    AwaitSecondary,
}

/// <summary>
/// The file <c>&lt;sth-file&gt;.startup</c>, one line <c>startup=&lt;mode&gt;</c> in log-go's format, with which an
/// operator says once how a log without a saved tree head begins. The primary removes it when it has been used.
/// </summary>
internal sealed class StartupFile(string sthFile, IDisk disk)
{
    private const string Key = "startup=";
    private const int MaxLength = 64;

    /// <summary>Where the file is, or would be.</summary>
    public string Path { get; } = sthFile + ".startup";

    /// <summary>Whether the log goes on after a promotion, and this node has signed nothing since.</summary>
    public static bool IsOfPromotion(StartupMode mode) => mode is StartupMode.AwaitSecondary or StartupMode.LocalTree;

    /// <summary>The name of a mode in files and options.</summary>
    public static string NameOf(StartupMode mode) => mode switch
    {
        StartupMode.Saved => "saved",
        StartupMode.Empty => "empty",
        StartupMode.LocalTree => "local-tree",
        StartupMode.AwaitSecondary => "await-secondary",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    /// <summary>The mode with a name; null for any other text.</summary>
    public static StartupMode? ModeNamed(string name)
    {
        foreach (var mode in Enum.GetValues<StartupMode>())
        {
            if (NameOf(mode) == name)
                return mode;
        }

        return null;
    }

    /// <summary>Reads the mode; <see cref="StartupMode.Saved"/> where there is no file.</summary>
    /// <exception cref="SigsumFormatException">The file holds anything but one line with a known mode.</exception>
    /// <exception cref="IOException">The file is there but cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above, for want of permission.</exception>
    public StartupMode Read()
    {
        byte[] bytes;
        try
        {
            using var file = disk.OpenRead(Path);
            if (file.Length > MaxLength)
                throw new SigsumFormatException($"{Path} is longer than {MaxLength} bytes");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (FileNotFoundException)
        {
            return StartupMode.Saved;
        }

        return Parse(bytes) ?? throw new SigsumFormatException(
            $"{Path} must hold one line, startup=empty, startup=local-tree or startup=await-secondary");
    }

    /// <summary>
    /// Makes the file, or fails where there is one. A crash leaves no file or the whole one, and perhaps a file
    /// <c>.new</c> that nobody reads; when this returns, the file is on stable storage.
    /// </summary>
    /// <exception cref="IOException">There is a file already, or the disk refused.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public void Create(StartupMode mode)
    {
        if (mode == StartupMode.Saved)
            throw new ArgumentException("going on from the saved head takes no startup file", nameof(mode));

        // Without a line end, as log-go writes it.
        DurableFile.Create(disk, Path, Encoding.ASCII.GetBytes(Key + NameOf(mode)));
    }

    /// <summary>Removes the file for good once it has been used; nothing happens where there is none.</summary>
    public void Remove() => DurableFile.Remove(disk, Path);

    internal static StartupMode? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.EndsWith("\n"u8))
            bytes = bytes[..^1];
        var text = Encoding.Latin1.GetString(bytes);
        if (!text.StartsWith(Key, StringComparison.Ordinal))
            return null;
        var mode = ModeNamed(text[Key.Length..]);
        return mode is StartupMode.Saved ? null : mode;
    }
}
