using System.Collections.Frozen;
using System.Globalization;
using Sigsum.Crypto;

namespace Sigsum.Log.Admission;

/// <summary>What a rate limit file says (log-go's doc/rate-limit.md, and one line of ours). All limits are leaves per
/// 24 hours, 0 to 2^31-1.</summary>
/// <remarks>
/// Lines, separated by white space, with comments from <c>#</c> to the end of the line:
/// <code>
/// key KEY-HASH LIMIT        # leaves signed by this key; hex
/// domain NAME LIMIT         # submit tokens of this domain and its subdomains, together
/// public SUFFIX-FILE LIMIT  # each registered domain; at most one line
/// public-total LIMIT        # all that is admitted by the public line, together; at most one line (ours)
/// </code>
/// </remarks>
internal sealed record RateLimitConfig
{
    /// <summary>Limits by key hash.</summary>
    public required FrozenDictionary<Hash, int> Keys { get; init; }

    /// <summary>Limits by domain, in the spelling of <see cref="DomainName.Unicode"/>.</summary>
    public required FrozenDictionary<string, int> Domains { get; init; }

    /// <summary>Path of the public suffix list; null without a public line.</summary>
    public string? PublicSuffixFile { get; init; }

    /// <summary>Limit of each registered domain; 0 without a public line.</summary>
    public int PublicLimit { get; init; }

    /// <summary>Limit of all public submissions together; null for none.</summary>
    public int? PublicTotal { get; init; }

    /// <summary>Reads a file's content.</summary>
    /// <param name="fileName">How error messages name the file.</param>
    /// <param name="utf8">The content.</param>
    /// <exception cref="RateLimitFileException">With all errors in it.</exception>
    public static RateLimitConfig Parse(string fileName, ReadOnlyMemory<byte> utf8)
    {
        var lines = new TextLines(fileName, utf8);
        var parser = new Parser(lines);
        foreach (var (number, text) in lines.Read())
            parser.ReadLine(number, text);
        var config = parser.Finish();
        lines.ThrowIfErrors();
        return config;
    }

    private sealed class Parser(TextLines lines)
    {
        private readonly Dictionary<Hash, int> _keys = [];
        private readonly Dictionary<string, int> _domains = [];
        private readonly Dictionary<string, int> _firstLines = [];
        private string? _suffixFile;
        private int _publicLimit;
        private int? _publicTotal;

        public void ReadLine(int number, string text)
        {
            int comment = text.IndexOf('#', StringComparison.Ordinal);
            string[] fields = (comment < 0 ? text : text[..comment])
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0)
                return;
            string usage = fields[0] switch
            {
                "key" => "key <key hash> <limit>",
                "domain" => "domain <name> <limit>",
                "public" => "public <suffix file> <limit>",
                "public-total" => "public-total <limit>",
                _ => "",
            };
            if (usage.Length == 0)
                lines.AddError(number, $"unknown keyword \"{fields[0]}\"; write key, domain, public or public-total");
            else if (fields.Length != usage.Split("> <").Length + 1)
                lines.AddError(number, $"expected {usage}");
            else if (!TryParseLimit(fields[^1], out int limit))
                lines.AddError(number, $"\"{fields[^1]}\" is not a limit; write a whole number from 0 to {int.MaxValue}");
            else
                Add(number, fields, limit);
        }

        public RateLimitConfig Finish()
        {
            if (_publicTotal is not null && _suffixFile is null && _firstLines.TryGetValue("public-total line", out int line))
                lines.AddError(line, "public-total limits nothing without a line public <suffix file> <limit>");
            return new RateLimitConfig
            {
                Keys = _keys.ToFrozenDictionary(),
                Domains = _domains.ToFrozenDictionary(StringComparer.Ordinal),
                PublicSuffixFile = _suffixFile,
                PublicLimit = _publicLimit,
                PublicTotal = _publicTotal,
            };
        }

        private static bool TryParseLimit(string text, out int limit) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
            && System.Text.Ascii.IsValid(text);

        private void Add(int number, string[] fields, int limit)
        {
            switch (fields[0])
            {
                case "key":
                    AddKey(number, fields[1], limit);
                    break;
                case "domain":
                    AddDomain(number, fields[1], limit);
                    break;
                case "public" when IsFirst(number, "public line"):
                    _suffixFile = fields[1];
                    _publicLimit = limit;
                    break;
                case "public-total" when IsFirst(number, "public-total line"):
                    _publicTotal = limit;
                    break;
            }
        }

        private void AddKey(int number, string text, int limit)
        {
            try
            {
                var hash = Hash.ParseHex(text);
                if (IsFirst(number, $"line for key {hash}"))
                    _keys.Add(hash, limit);
            }
            catch (SigsumFormatException)
            {
                lines.AddError(number, $"\"{text}\" is not a key hash; write 64 hex digits");
            }
        }

        private void AddDomain(int number, string text, int limit)
        {
            if (!DomainName.TryParse(text, out var name, out string? problem))
                lines.AddError(number, $"\"{text}\" is not a domain: {problem}");
            else if (IsFirst(number, $"line for domain {name}"))
                _domains.Add(name.Unicode, limit);
        }

        private bool IsFirst(int number, string what)
        {
            if (_firstLines.TryAdd(what, number))
                return true;
            lines.AddError(number, $"second {what}; the first one is line {_firstLines[what]}");
            return false;
        }
    }
}
