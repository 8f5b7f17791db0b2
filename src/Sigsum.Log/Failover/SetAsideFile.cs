using System.Globalization;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Leaves that were taken off a tree because nobody had signed them, in the form of get-leaves: never silently dropped. Their
/// submitters were told 202 at most, and submit again; whoever wants to can submit them for them.
/// </summary>
internal static class SetAsideFile
{
    private const int ChunkSize = 4096;

    /// <summary>Where the leaves <c>[start, end)</c> of a node's tree are set aside.</summary>
    public static string PathFor(string dataDir, ulong start, ulong end, DateTimeOffset now) =>
        Path.Combine(dataDir, string.Create(CultureInfo.InvariantCulture, $"set-aside-{Stamp(now)}-{start}-{end}.leaves"));

    /// <summary>A time, as the names of things that are set aside have it.</summary>
    public static string Stamp(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes the leaves from an index on to the end of the tree; when this returns they are on stable storage.</summary>
    /// <exception cref="IOException">The file is there already, or the disk refused.</exception>
    public static void Write(IDisk disk, string path, ILogStore store, ulong start) => DurableFile.Create(disk, path, file =>
    {
        var end = store.TreeHead.Size;
        for (var at = start; at < end;)
        {
            var leaves = Read(store, at, end);
            var text = new System.Buffers.ArrayBufferWriter<byte>(LeafList.LineSize * leaves.Length);
            LeafList.Write(text, leaves);
            file.Write(text.WrittenSpan);
            at += (ulong)leaves.Length;
        }
    });

    /// <summary>Reads the next leaves of a tree, a bounded number of them.</summary>
    public static Leaf[] Read(ILogStore store, ulong at, ulong end)
    {
        var leaves = new Leaf[Math.Min(ChunkSize, end - at)];
        store.ReadLeaves(at, leaves);
        return leaves;
    }

    /// <summary>Reads a file back, a bounded number of leaves at a time.</summary>
    public static IEnumerable<List<Leaf>> ReadBack(IDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        foreach (var leaves in ReadBack(file))
            yield return leaves;
    }

    internal static IEnumerable<List<Leaf>> ReadBack(Stream file)
    {
        var chunk = new byte[LeafList.LineSize * ChunkSize];
        while (true)
        {
            var read = file.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false);
            if (read == 0)
                yield break;
            yield return LeafList.Parse(chunk.AsSpan(0, read), ChunkSize);
        }
    }
}
