using System.Buffers;
using System.Globalization;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>The bytes of the store's own values: one writer and one strict reader each.</summary>
/// <remarks>
/// The format version covers the data directory's layout, the families and keys of the database
/// (<see cref="StoreKeys"/>), leaves (<see cref="Leaf.WriteBinary"/>), nodes (32 bytes), the index (8 bytes, big
/// endian) and the values below, which are sealed as all records are (<see cref="SealedValue"/>). Anything that an earlier program would not read, or would read as something else,
/// bumps it. Records of other parts have versions of their own.
/// </remarks>
internal static class StoreFormat
{
    /// <summary>The format that this program writes.</summary>
    public const int Version = 2;

    /// <summary>The content of the file that marks a data directory as complete.</summary>
    public static byte[] WriteVersion(int version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.WriteLine("version"u8, (ulong)version);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="WriteVersion"/> wrote; a later version may have added lines.</summary>
    public static ulong ReadVersion(ReadOnlySpan<byte> bytes) => Strict("format file", bytes, static bytes =>
    {
        var reader = new AsciiReader(bytes);
        ulong version = reader.ReadUInt64("version"u8);
        if (version <= Version)
        {
            reader.ExpectEnd();
        }

        return version;
    });

    /// <summary>The tree head as it is stored.</summary>
    public static byte[] WriteTreeHead(TreeHead head)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.WriteLine("size"u8, head.Size);
        buffer.WriteLine("root_hash"u8, head.RootHash);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="WriteTreeHead"/> wrote.</summary>
    public static TreeHead ReadTreeHead(ReadOnlySpan<byte> bytes) => Strict("tree head", bytes, static bytes =>
    {
        var reader = new AsciiReader(bytes);
        var head = new TreeHead(reader.ReadUInt64("size"u8), reader.ReadHash("root_hash"u8));
        reader.ExpectEnd();
        return head;
    });

    /// <summary>The identity as it is stored; the line of the log's key hash is there once it is known.</summary>
    public static byte[] WriteIdentity(StoreIdentity identity)
    {
        string keyHash = identity.LogKeyHash is { } hash ? $"log_key_hash={hash}\n" : "";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"version={identity.FormatVersion}\nrole={RoleName(identity.Role)}\n" +
            $"tree_type={TreeTypeName(identity.TreeType)}\ntree_state={TreeStateName(identity.TreeState)}\n" +
            $"node_id={identity.NodeId:N}\n{keyHash}"));
    }

    /// <summary>Reads what <see cref="WriteIdentity"/> wrote.</summary>
    public static StoreIdentity ReadIdentity(ReadOnlySpan<byte> bytes) => Strict("identity", bytes, static bytes =>
    {
        string[] lines = Encoding.ASCII.GetString(bytes).Split('\n');
        if (lines.Length is not (6 or 7))
        {
            throw new SigsumFormatException("expected 5 or 6 lines");
        }
        var identity = new StoreIdentity(
            (int)Decimal63.Parse(Encoding.ASCII.GetBytes(Value(lines[0], "version="))),
            Word<NodeRole>(lines[1], "role=", RoleName),
            Word<TreeType>(lines[2], "tree_type=", TreeTypeName),
            Word<TreeState>(lines[3], "tree_state=", TreeStateName),
            Guid.TryParseExact(Value(lines[4], "node_id="), "N", out var id)
                ? id
                : throw new SigsumFormatException("the node id must be 32 hex digits"),
            lines.Length == 7 ? Hash.ParseHex(Value(lines[5], "log_key_hash=")) : null);
        // One spelling each: what would not be written like this was not written by this program.
        return WriteIdentity(identity).AsSpan().SequenceEqual(bytes)
            ? identity
            : throw new SigsumFormatException("not in the form in which it is written");
    });

    /// <summary>The name of a role.</summary>
    public static string RoleName(NodeRole role) => role switch
    {
        NodeRole.Primary => "primary",
        NodeRole.Secondary => "secondary",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>The name of a tree type in Trillian's words.</summary>
    public static string TreeTypeName(TreeType type) => type switch
    {
        TreeType.Log => "LOG",
        TreeType.PreorderedLog => "PREORDERED_LOG",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The name of a tree state in Trillian's words.</summary>
    public static string TreeStateName(TreeState state) => state switch
    {
        TreeState.Active => "ACTIVE",
        TreeState.Frozen => "FROZEN",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static T Word<T>(string line, string key, Func<T, string> name)
        where T : struct, Enum
    {
        string word = Value(line, key);
        foreach (T value in Enum.GetValues<T>())
        {
            if (name(value) == word)
            {
                return value;
            }
        }

        throw new SigsumFormatException($"unknown value after {key}");
    }

    private static string Value(string line, string key) => line.StartsWith(key, StringComparison.Ordinal)
        ? line[key.Length..]
        : throw new SigsumFormatException($"expected a line that starts with {key}");

    private delegate T Reader<T>(ReadOnlySpan<byte> bytes);

    private static T Strict<T>(string what, ReadOnlySpan<byte> bytes, Reader<T> read)
    {
        try
        {
            return read(bytes);
        }
        catch (SigsumFormatException error)
        {
            throw new StoreException($"the {what} in the store is damaged: {error.Message}", error);
        }
    }
}
