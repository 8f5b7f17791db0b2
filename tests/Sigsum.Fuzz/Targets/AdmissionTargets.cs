using System.Text;
using Sigsum.Log.Admission;
using Sigsum.Log.Storage;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>Rate limits, domains, and what is found in the DNS.</summary>
internal static class AdmissionTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("domain-name", input => DomainName.Parse(Text.File(input)), (_, value) =>
        {
            Must.Hold(DomainName.Parse(value.Unicode) == value, "its Unicode form is the same name");
            Must.Hold(DomainName.Parse(value.Ascii) == value, "its DNS form is the same name");
            Must.Hold(value.Ascii.Length <= DomainName.MaxLength && System.Text.Ascii.IsValid(value.Ascii), "DNS can carry it");
        }),
        Try<string>("punycode", input => Punycode.Decode(Text.Header(input)), (input, value) =>
        {
            // Case is not kept in what stands for the characters beyond ASCII.
            Must.Hold(value.EnumerateRunes().All(rune => rune != Rune.ReplacementChar), "characters are whole");
            if (Punycode.Encode(value) is { } encoded)
                Must.Hold(Punycode.Decode(encoded) == value, "what is encoded is decoded as it was");
        }),
        Of("rate-limit-file", input => RateLimitConfig.Parse("file", input.ToArray()), (_, value) =>
        {
            Must.Hold(value.Keys.Values.Concat(value.Domains.Values).All(limit => limit >= 0), "no limit is negative");
            Must.Hold(value.Domains.Keys.All(name => DomainName.Parse(name).Unicode == name), "domains are in one form");
        }, typeof(RateLimitFileException)),
        Of("public-suffix-list", input => PublicSuffixList.Parse("file", input.ToArray()), (_, value) =>
        {
            const string Asked = "a.b.example.com";
            Must.Hold(
                value.RegisteredDomain(Asked) is not { } domain || Asked == domain || Asked.EndsWith("." + domain, StringComparison.Ordinal),
                "what is registered is a parent of what was asked for");
        }, typeof(RateLimitFileException)),
        Of("rate-limit-record", ReadRecord, (input, value) =>
            Must.Hold(value.ToStore().Key == Text.Parts(input, 2)[0], "it is stored where it was"),
            typeof(SigsumFormatException), typeof(ArgumentException)),
        Of("domain-keys", input => DomainKeys.FromTexts([.. Text.Header(input).Split('\n')]), (_, value) =>
            Must.Hold(!value.Verify(default, default, out string? problem) && problem is not null, "no key made an empty token")),
        Of("dns-server", input => TokenVerifierOptions.ParseDnsServer(Text.File(input)), (_, value) =>
        {
            Must.Hold(value.Port > 0, "a server has a port");
            Must.Hold(TokenVerifierOptions.ParseDnsServer(value.ToString()).Equals(value), "it is read again as it was");
        }, typeof(FormatException)),
    ];

    private static RateLimitRecord ReadRecord(ReadOnlySpan<byte> input)
    {
        string key = Text.Parts(input, 2)[0];
        StoreRecord.ValidateKey(key); // as every record's is
        return RateLimitRecord.Parse(new StoreRecord(key, input[Math.Min(input.Length, key.Length + 1)..].ToArray()));
    }
}
