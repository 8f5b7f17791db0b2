namespace Sigsum.Log.Bench.Parts;

/// <summary>What a folder takes.</summary>
internal static class DiskUse
{
    /// <summary>Bytes in all files of a folder and those below.</summary>
    public static long Of(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
