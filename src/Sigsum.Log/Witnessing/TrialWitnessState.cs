using System.Globalization;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Witnessing;

/// <summary>
/// The largest tree head of each log that a <see cref="TrialWitness"/> has cosigned. Its file has a line with the
/// version of the format, and a line <c>log=key_hash size root_hash</c> for each log.
/// </summary>
internal sealed class TrialWitnessState
{
    private const ulong FormatVersion = 1;
    private const int MaxFileSize = 1024 * 1024;

    private readonly string? _path;
    private readonly Dictionary<Hash, TreeHead> _cosigned;

    private TrialWitnessState(string? path, Dictionary<Hash, TreeHead> cosigned)
    {
        _path = path;
        _cosigned = cosigned;
    }

    /// <summary>Reads the file, if there is one.</summary>
    /// <param name="path">The file; null to keep everything in memory.</param>
    /// <exception cref="SigsumFormatException">The file is none of ours.</exception>
    public static TrialWitnessState Load(string? path)
    {
        if (path is null || !File.Exists(path))
            return new TrialWitnessState(path, []);
        if (new FileInfo(path).Length > MaxFileSize)
            throw new SigsumFormatException($"{path}: longer than {MaxFileSize} bytes");
        return new TrialWitnessState(path, Parse(File.ReadAllBytes(path)));
    }

    /// <summary>What has been cosigned last; the empty tree for a log that is new.</summary>
    public TreeHead Latest(in Hash logKeyHash) => _cosigned.GetValueOrDefault(logKeyHash, TreeHead.Empty);

    /// <summary>Keeps a tree head: on stable storage when this returns, unchanged when it throws.</summary>
    public void Keep(in Hash logKeyHash, TreeHead head)
    {
        TreeHead before = Latest(logKeyHash);
        _cosigned[logKeyHash] = head;
        if (_path is null)
            return;
        try
        {
            DurableFile.Replace(HostDisk.Instance, _path, Format(_cosigned));
        }
        catch
        {
            _cosigned[logKeyHash] = before;
            throw;
        }
    }

    internal static Dictionary<Hash, TreeHead> Parse(ReadOnlySpan<byte> file)
    {
        var reader = new AsciiReader(file);
        if (reader.ReadUInt64("version"u8) is var version && version != FormatVersion)
            throw new SigsumFormatException($"line 1: version {version} is not known, only {FormatVersion} is");
        var cosigned = new Dictionary<Hash, TreeHead>();
        while (!reader.AtEnd)
        {
            AsciiValues values = reader.ReadValues("log"u8, 3);
            Hash log = values.ReadHash("key hash");
            if (!cosigned.TryAdd(log, new TreeHead(values.ReadUInt64("size"), values.ReadHash("root hash"))))
                throw new SigsumFormatException($"line {reader.LineNumber}: second line of the same log");
        }
        return cosigned;
    }

    internal static byte[] Format(Dictionary<Hash, TreeHead> cosigned)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"version={FormatVersion}\n"));
        foreach ((Hash log, TreeHead head) in cosigned)
            text.Append(CultureInfo.InvariantCulture, $"log={log} {head.Size} {head.RootHash}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
