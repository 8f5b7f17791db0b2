using System.Globalization;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>What a node keeps on its disk, and copies of it such as a backup makes.</summary>
internal sealed class NodeFolder
{
    private const int Tries = 5;
    private int _copies;

    public NodeFolder(string path)
    {
        FullName = path;
        Directory.CreateDirectory(path);
    }

    public string FullName { get; }

    /// <summary>The data directory.</summary>
    public string Data => Path.Combine(FullName, "disk", "data");

    /// <summary>The file with the latest signed tree head.</summary>
    public string Sth => Path.Combine(FullName, "disk", "sth");

    /// <summary>The folder that holds both: what is on the node's disk.</summary>
    public string Disk
    {
        get
        {
            string disk = Path.Combine(FullName, "disk");
            Directory.CreateDirectory(disk);
            return disk;
        }
    }

    /// <summary>
    /// Copies the disk as it is at this moment, file by file. A file that a running node removes meanwhile makes the
    /// copy incomplete; it is then made again, as a backup program would.
    /// </summary>
    public async Task<string> CopyAsync(CancellationToken cancellation)
    {
        for (int i = 1; ; i++)
        {
            string copy = Path.Combine(FullName, string.Create(CultureInfo.InvariantCulture, $"copy{++_copies}"));
            ProgramResult result = await ProgramProcess.RunAsync("cp", ["-a", Disk, copy], cancellation);
            if (result.ExitCode == 0)
                return copy;
            if (i == Tries)
                result.Succeeded();
        }
    }

    /// <summary>Puts a copy in place of the disk's content. The folder itself stays, since it may be a disk of its own.</summary>
    public async Task ReplaceAsync(string copy, CancellationToken cancellation)
    {
        Clear();
        await FolderCopy.IntoAsync(copy, Disk, cancellation);
    }

    /// <summary>Loses everything.</summary>
    public void Clear()
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(Disk).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}
