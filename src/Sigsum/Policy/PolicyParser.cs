using System.Collections.Immutable;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Checkpoints;
using Sigsum.Crypto;

namespace Sigsum.Policy;

/// <summary>
/// Reads a policy file line by line. Names are compared octet by octet: a string here holds one octet per character.
/// </summary>
internal sealed class PolicyParser
{
    private const string None = "none";

    private readonly ImmutableArray<PolicyLog>.Builder _logs = ImmutableArray.CreateBuilder<PolicyLog>();
    private readonly ImmutableArray<PolicyWitness>.Builder _witnesses = ImmutableArray.CreateBuilder<PolicyWitness>();
    private readonly ImmutableArray<QuorumNode>.Builder _nodes = ImmutableArray.CreateBuilder<QuorumNode>();
    private readonly HashSet<PublicKey> _logKeys = [];
    private readonly HashSet<PublicKey> _witnessKeys = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly HashSet<int> _members = [];
    private Quorum? _quorum;
    private int _line;

    public TrustPolicy Parse(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            _line++;
            int length = input.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = length < 0 ? input : input[..length];
            input = length < 0 ? default : input[(length + 1)..];
            CheckCharacters(line);
            string[] fields = Encoding.Latin1.GetString(line).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 0 && fields[0][0] != '#')
                ReadLine(fields[0], fields.AsSpan(1));
        }

        return _quorum is null
            ? throw new SigsumFormatException("the policy has no quorum line")
            : new TrustPolicy(_logs.DrainToImmutable(), _witnesses.DrainToImmutable(), _quorum);
    }

    private void CheckCharacters(ReadOnlySpan<byte> line)
    {
        foreach (byte c in line)
        {
            if (c == '\r')
                throw Error("carriage return; lines must end in a newline alone");
            if ((c < ' ' && c != '\t') || c == 0x7F)
                throw Error($"control character 0x{c:x2}");
        }
    }

    private void ReadLine(string keyword, ReadOnlySpan<string> arguments)
    {
        switch (keyword)
        {
            case "log":
                ReadLog(arguments);
                break;
            case "witness":
                ReadWitness(arguments);
                break;
            case "group":
                ReadGroup(arguments);
                break;
            case "quorum":
                ReadQuorum(arguments);
                break;
            default:
                throw Error("expected log, witness, group or quorum at the start of the line");
        }
    }

    private void ReadLog(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length is < 1 or > 2)
            throw Error("expected: log <public key> [<url>]");
        (PublicKey key, string? name) = ReadKey(arguments[0], NoteSignatureType.Ed25519);
        if (!_logKeys.Add(key))
            throw Error("a log with the same public key is defined already");
        _logs.Add(new PolicyLog(key, name, arguments.Length > 1 ? ReadUrl(arguments[1]) : null));
    }

    private void ReadWitness(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length is < 2 or > 3)
            throw Error("expected: witness <name> <public key> [<url>]");
        CheckNewName(arguments[0]);
        (PublicKey key, _) = ReadKey(arguments[1], NoteSignatureType.Cosignature);
        if (!_witnessKeys.Add(key))
            throw Error("a witness with the same public key is defined already");
        Uri? url = arguments.Length > 2 ? ReadUrl(arguments[2]) : null;
        _witnesses.Add(new PolicyWitness(Decode(arguments[0]), key, url));
        Define(arguments[0], new QuorumNode(key.KeyHash(), 0, []));
    }

    private void ReadGroup(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length < 3)
            throw Error("expected: group <name> all|any|<k> <member>...");
        CheckNewName(arguments[0]);
        ReadOnlySpan<string> names = arguments[2..];
        ulong threshold = arguments[1] switch
        {
            "all" => (ulong)names.Length,
            "any" => 1,
            _ when Decimal63.TryParse(arguments[1], out ulong k) => k,
            _ => throw Error("the threshold must be all, any or a decimal number"),
        };
        if (threshold < 1 || threshold > (ulong)names.Length)
            throw Error($"the threshold must be from 1 to the number of members, {names.Length}");
        ImmutableArray<int>.Builder members = ImmutableArray.CreateBuilder<int>(names.Length);
        foreach (string name in names)
            members.Add(ReadMember(name));
        Define(arguments[0], new QuorumNode(null, (int)threshold, members.MoveToImmutable()));
    }

    private int ReadMember(string name)
    {
        if (name == None)
            throw Error("\"none\" cannot be a member of a group");
        if (!_names.TryGetValue(name, out int node))
            throw Error($"{Quote(name)} is not defined on an earlier line");

        // A witness that counted twice could make up a quorum alone.
        return _members.Add(node) ? node : throw Error($"{Quote(name)} is a member of a group already");
    }

    private void ReadQuorum(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length != 1)
            throw Error("expected: quorum <name>");
        if (_quorum is not null)
            throw Error("there is a quorum line already");
        if (arguments[0] == None)
            _quorum = new Quorum([]);
        else if (_names.TryGetValue(arguments[0], out int node))
            _quorum = new Quorum([.. _nodes.Take(node + 1)]);
        else
            throw Error($"{Quote(arguments[0])} is not defined on an earlier line");
    }

    private void CheckNewName(string name)
    {
        if (name == None || _names.ContainsKey(name))
            throw Error($"{Quote(name)} is defined already");
    }

    private void Define(string name, QuorumNode node)
    {
        _names.Add(name, _nodes.Count);
        _nodes.Add(node);
    }

    private (PublicKey Key, string? Name) ReadKey(string field, NoteSignatureType type)
    {
        Bytes32 bytes = default;
        if (Hex.TryDecode(field, bytes))
            return (new PublicKey(bytes), null);
        if (!field.Contains('+', StringComparison.Ordinal))
            throw Error($"the public key must be {Hex.Expectation(PublicKey.Size)}, or a vkey");
        VerifierKey vkey;
        try
        {
            vkey = VerifierKey.Parse(Encoding.Latin1.GetBytes(field));
        }
        catch (SigsumFormatException e)
        {
            throw Error(e.Message);
        }

        return vkey.Type == type
            ? (vkey.PublicKey, vkey.Name)
            : throw Error($"the vkey must be of type {(byte)type}, not {(byte)vkey.Type}");
    }

    private Uri ReadUrl(string field) =>
        Uri.TryCreate(Decode(field), UriKind.Absolute, out Uri? url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url
            : throw Error("the URL must be absolute and start with https:// or http://");

    /// <summary>Octets for humans: UTF-8 where they are, else Latin-1.</summary>
    private static string Decode(string octets)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(octets);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : octets;
    }

    /// <summary>A name in an error message: printable ASCII only, and not too long.</summary>
    private static string Quote(string name)
    {
        const int MaxLength = 64;
        var text = new StringBuilder("\"");
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaxLength)))
            text.Append(char.IsBetween(c, ' ', '~') ? c : '?');
        return text.Append(name.Length > MaxLength ? "...\"" : "\"").ToString();
    }

    private SigsumFormatException Error(string message) => new($"line {_line}: {message}");
}
