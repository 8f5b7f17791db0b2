using System.Text;
using Sigsum.Crypto;
using Sigsum.Log.Admission;

namespace Sigsum.Log.Tests.Admission;

/// <summary>Short ways to rules and keys.</summary>
internal static class Limits
{
    public const string Suffixes = "org\nnet\n*.ck\n";

    public static readonly Hash Key1 = Hash.Sha256("key 1"u8);
    public static readonly Hash Key2 = Hash.Sha256("key 2"u8);

    public static RateLimitRules Rules(string config, bool allowTestDomain = false, string suffixes = Suffixes)
    {
        var parsed = RateLimitConfig.Parse("limits.cfg", Encoding.UTF8.GetBytes(config));
        var list = parsed.PublicSuffixFile is null
            ? null : PublicSuffixList.Parse("suffixes", Encoding.UTF8.GetBytes(suffixes));
        return new RateLimitRules(parsed, list, allowTestDomain);
    }
}
