using System.Collections.Frozen;

namespace Sigsum.Log.Admission;

/// <summary>
/// The list of suffixes under which anyone can register a domain (https://publicsuffix.org/list/). Rules of the ICANN
/// and of the private section count alike, so that each customer of a hosting service has a limit of their own.
/// </summary>
/// <remarks>
/// <para>Format, by line: a rule up to the first white space; <c>//</c> starts a comment line. A rule is a suffix
/// (<c>co.uk</c>), a wildcard for one label (<c>*.ck</c>), or an exception to a wildcard (<c>!www.ck</c>).</para>
/// <para>As in log-go, and unlike the list's own algorithm, a name under no rule has no registered domain; and a name
/// that is itself a public suffix is its own registered domain.</para>
/// </remarks>
internal sealed class PublicSuffixList
{
    private readonly FrozenSet<string> _suffixes;
    private readonly FrozenSet<string> _wildcards;
    private readonly FrozenSet<string> _exceptions;

    private PublicSuffixList(Parser parser)
    {
        _suffixes = parser.Suffixes.ToFrozenSet(StringComparer.Ordinal);
        _wildcards = parser.Wildcards.ToFrozenSet(StringComparer.Ordinal);
        _exceptions = parser.Exceptions.Keys.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Number of rules.</summary>
    public int Count => _suffixes.Count + _wildcards.Count + _exceptions.Count;

    /// <summary>Reads a list.</summary>
    /// <param name="fileName">How error messages name the file.</param>
    /// <param name="utf8">The content.</param>
    /// <exception cref="RateLimitFileException">With all errors in it.</exception>
    public static PublicSuffixList Parse(string fileName, ReadOnlyMemory<byte> utf8)
    {
        var lines = new TextLines(fileName, utf8);
        var parser = new Parser(lines);
        foreach (var (number, text) in lines.Read())
            parser.ReadLine(number, text);
        parser.Finish();
        lines.ThrowIfErrors();
        return new PublicSuffixList(parser);
    }

    /// <summary>The public suffix of a name and one label more.</summary>
    /// <param name="domain">A name in the spelling of <see cref="DomainName.Unicode"/>.</param>
    /// <returns>The registered domain; null when no rule matches.</returns>
    public string? RegisteredDomain(string domain)
    {
        string? shorter = null;
        string? registered = null;
        for (string? name = domain; name is not null; shorter = name, name = Parent(name))
        {
            // An exception prevails over every other rule: its suffix is what is left without the first label.
            if (_exceptions.Contains(name))
                return name;
            if (registered is null && IsSuffix(name))
                registered = shorter ?? name;
        }

        return registered;
    }

    private static string? Parent(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? null : name[(dot + 1)..];
    }

    private bool IsSuffix(string name) =>
        _suffixes.Contains(name) || (Parent(name) is { } parent && _wildcards.Contains(parent));

    private sealed class Parser(TextLines lines)
    {
        public HashSet<string> Suffixes { get; } = [];

        public HashSet<string> Wildcards { get; } = [];

        /// <summary>Exceptions with their line.</summary>
        public Dictionary<string, int> Exceptions { get; } = [];

        public void ReadLine(int number, string text)
        {
            string? rule = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            if (rule is null || rule.StartsWith("//", StringComparison.Ordinal))
                return;
            bool exception = rule.StartsWith('!');
            bool wildcard = rule.StartsWith("*.", StringComparison.Ordinal);
            string name = exception ? rule[1..] : wildcard ? rule[2..] : rule;
            if (!DomainName.TryParse(name, out var domain, out string? problem))
                lines.AddError(number, $"\"{rule}\" is not a suffix rule: {problem}");
            else if (exception)
                Exceptions.TryAdd(domain.Unicode, number);
            else
                (wildcard ? Wildcards : Suffixes).Add(domain.Unicode);
        }

        public void Finish()
        {
            foreach (var (name, line) in Exceptions)
            {
                if (Parent(name) is not { } parent || !Wildcards.Contains(parent))
                    lines.AddError(line, $"\"!{name}\" is an exception to a wildcard rule that is not in the list");
            }
        }
    }
}
