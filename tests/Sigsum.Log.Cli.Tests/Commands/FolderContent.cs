using System.Security.Cryptography;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>Everything in a folder, byte for byte.</summary>
internal static class FolderContent
{
    /// <summary>Names of folders, and of files with a hash of what is in them.</summary>
    public static IReadOnlyList<string> Of(string folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => IsFile(path) ? $"{path} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}" : path),
    ];

    /// <summary>Copies a folder, also that of a process that runs: its lock file, which is empty, is not read.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(IsFile))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (Path.GetFileName(file) == "lock")
                File.Create(copy).Dispose();
            else
                File.Copy(file, copy);
        }
    }

    /// <summary>Not a folder, and not the socket that a node that was killed leaves behind.</summary>
    private static bool IsFile(string path) =>
        File.Exists(path) && Path.GetFileName(path) != "socket";
}
