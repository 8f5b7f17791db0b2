using System.Buffers;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Signing;

/// <summary>
/// The file with the latest signed tree head, in log-go's format (the answer of get-tree-head without
/// cosignatures), so that either software can go on where the other stopped.
/// </summary>
internal sealed class SthFile(string path, IDisk disk)
{
    private const int MaxLength = 4096;

    /// <summary>Where the file is.</summary>
    public string Path => path;

    /// <summary>Whether there is such a file.</summary>
    public bool Exists => disk.Exists(path);

    /// <summary>Reads the head and checks its signature, if the key is known.</summary>
    /// <exception cref="StartupException">Missing, malformed, or signed with another key.</exception>
    public SignedTreeHead Load(PublicKey? logKey)
    {
        SignedTreeHead head;
        try
        {
            using var file = disk.OpenRead(path);
            if (file.Length > MaxLength)
                throw new SigsumFormatException($"it is longer than {MaxLength} bytes");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            head = SignedTreeHead.Parse(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SigsumFormatException)
        {
            throw new StartupException(
                $"cannot read the signed tree head in {path} (--sth-file): {error.Message}");
        }

        if (logKey is { } key && !head.Verify(key))
        {
            throw new StartupException(
                $"the signed tree head in {path} (--sth-file) is not signed with the key {key} of this log");
        }

        return head;
    }

    /// <summary>
    /// Replaces the file so that after a crash either the old or the new head is there, whole; when this returns,
    /// the new one is on stable storage.
    /// </summary>
    public void Store(in SignedTreeHead head)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        head.Write(bytes);
        DurableFile.Replace(disk, path, bytes.WrittenSpan);
    }
}
