using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Admission;

namespace Sigsum.Log.Hosting;

/// <summary>
/// What must hold between option values, wherever they came from. Pure: files are looked at by
/// <see cref="OptionFiles"/>. Every rule is asked, so that an operator sees all that is wrong at once.
/// </summary>
internal static class OptionRules
{
    /// <summary>All that is wrong with a primary's options; empty when nothing is.</summary>
    public static ImmutableArray<ConfigurationProblem> Check(PrimaryOptions options)
    {
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        CheckNode(options.Node, problems);
        if (options.SthFile.Length == 0)
            problems.Add(new("sth-file", "is empty; write --sth-file=FILE, such as /var/lib/sigsum-log/sth"));
        CheckSecondaries(options, problems);
        foreach (var peer in options.Secondaries)
            CheckScheme(options.Node, "secondary-url", peer.Url, problems);
        Within(problems, "commit-wait", options.CommitWait, OptionRanges.CommitWait);
        Within(problems, "cosignature-grace", options.CosignatureGrace, OptionRanges.CosignatureGrace);
        Within(problems, "max-range", options.Node.MaxRange, OptionRanges.MaxRange);
        Within(problems, "witness-requests-per-day", options.WitnessRequestsPerDay, OptionRanges.WitnessRequestsPerDay);
        Within(problems, "queue-length", options.QueueLength, OptionRanges.QueueLength);
        Within(problems, "batch-size", options.BatchSize, OptionRanges.BatchSize);
        if (options.RequireQuorum && options.PolicyFile is null)
        {
            problems.Add(new("require-quorum",
                "there is no quorum without a policy; write --policy-file=FILE, or leave --require-quorum out"));
        }

        if (options.DnsServer is { } server)
            CheckDnsServer(server, problems);
        return problems.DrainToImmutable();
    }

    /// <summary>All that is wrong with a secondary's options; empty when nothing is.</summary>
    public static ImmutableArray<ConfigurationProblem> Check(SecondaryOptions options)
    {
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        CheckNode(options.Node, problems);
        if (options.PrimaryUrl is { } url)
        {
            if (IsWebAddress(url))
                CheckScheme(options.Node, "primary-url", url, problems);
            else
                problems.Add(new("primary-url", $"'{url}' {UrlAdvice("primary-url")}"));
        }

        return problems.DrainToImmutable();
    }

    /// <summary>Whether a URL can be the base of a node's endpoints.</summary>
    public static bool IsWebAddress(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme is "http" or "https") &&
        url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;

    /// <summary>What to write where <see cref="IsWebAddress"/> says no.</summary>
    public static string UrlAdvice(string option) =>
        $"is not a base URL; write --{option}=http://HOST:PORT or https://HOST/PREFIX, without query";

    private static void CheckNode(NodeOptions node, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        if (node.KeyFile.Length == 0)
        {
            problems.Add(new("key-file",
                "is missing; write --key-file=FILE, an unencrypted OpenSSH private key, or a public key whose " +
                "private key the ssh-agent at SSH_AUTH_SOCK holds"));
        }

        if (node.ExternalEndpoint == node.InternalEndpoint && node.ExternalEndpoint.Port != 0)
        {
            problems.Add(new("internal-endpoint",
                $"is {node.InternalEndpoint}, as --external-endpoint is; write another port in one of them"));
        }

        if (!IsPrefix(node.UrlPrefix))
        {
            problems.Add(new("url-prefix",
                $"'{node.UrlPrefix}' is not a path; write letters, digits, '-', '.', '_' and '~', with '/' only in " +
                "between, such as --url-prefix=log/2026"));
        }

        if (node.Backend == Backend.Embedded && node.DataDir.Length == 0)
            problems.Add(new("data-dir", "is empty; write --data-dir=DIR, such as /var/lib/sigsum-log"));
        if (node.LogLevel is not (LogLevel.Debug or LogLevel.Information or LogLevel.Warning or LogLevel.Error))
            problems.Add(new("log-level", "write debug, info, warning or error"));
        CheckInternalTls(node, problems);
        Within(problems, "timeout", node.Timeout, OptionRanges.Timeout);
        Within(problems, "interval", node.Interval, OptionRanges.Interval);
        Within(problems, "scrub-rate", node.ScrubRate, OptionRanges.ScrubRate);
        Within(problems, "scrub-interval", node.ScrubInterval, OptionRanges.ScrubInterval);
    }

    private static void CheckInternalTls(NodeOptions node, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        foreach (var option in node.InternalTls?.Missing() ?? [])
        {
            problems.Add(new(option,
                $"is missing, and TLS between nodes takes all of --{InternalTlsFiles.CertOption}, " +
                $"--{InternalTlsFiles.KeyOption} and --{InternalTlsFiles.CaOption}; write --{option}=FILE, or leave " +
                "all three out"));
        }
    }

    /// <summary>A node that authenticates itself talks to no node in the clear.</summary>
    private static void CheckScheme(
        NodeOptions node, string option, Uri url, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        if (node.InternalTls is not null && url.Scheme != Uri.UriSchemeHttps)
        {
            problems.Add(new(option,
                $"{url} is not https, and with --internal-tls-* nodes are asked over TLS only; write --{option}=https://" +
                "HOST:PORT, and the same options on that node"));
        }
    }

    private static void CheckSecondaries(PrimaryOptions options, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        var count = options.Secondaries.Length;
        if (count == 0 && !options.NoSecondary)
        {
            problems.Add(new("secondary-url",
                "a primary needs a secondary that keeps a copy of every leaf; write --secondary-url=URL and " +
                "--secondary-pubkey-file=FILE for each, or --no-secondary to run without any"));
        }

        if (count > 0 && options.NoSecondary)
        {
            problems.Add(new("no-secondary",
                "contradicts --secondary-url; leave --no-secondary out, or the secondaries"));
        }

        if (count == 0 && options.SecondaryQuorum != 0)
            problems.Add(new("secondary-quorum", "there are no secondaries to count; leave it out, or name them"));
        if (count > 0 && (options.SecondaryQuorum < 1 || options.SecondaryQuorum > count))
        {
            problems.Add(new("secondary-quorum", string.Create(CultureInfo.InvariantCulture,
                $"is {options.SecondaryQuorum} of {count}; write 1 to {count}, or leave it out for all")));
        }

        // A second entry for the same node would count as a second copy.
        foreach (var peer in options.Secondaries.GroupBy(peer => peer.Url).Where(peers => peers.Count() > 1))
            problems.Add(new("secondary-url", $"{peer.Key} is there twice; write each secondary once"));
        foreach (var peer in options.Secondaries.GroupBy(peer => peer.PublicKey).Where(peers => peers.Count() > 1))
        {
            problems.Add(new("secondary-pubkey-file",
                $"key {peer.Key} is there twice; each secondary has a key of its own"));
        }
    }

    private static bool IsPrefix(string prefix) =>
        prefix.Length == 0 || prefix.Split('/').All(segment =>
            segment is not ("" or "." or "..") &&
            segment.All(character => char.IsAsciiLetterOrDigit(character) || "-._~".Contains(character)));

    private static void CheckDnsServer(string server, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        try
        {
            TokenVerifierOptions.ParseDnsServer(server);
        }
        catch (FormatException error)
        {
            problems.Add(new("dns-server", error.Message));
        }
    }

    private static void Within(
        ImmutableArray<ConfigurationProblem>.Builder problems,
        string option,
        TimeSpan value,
        OptionRange<TimeSpan> range)
    {
        if (range.Contains(value))
            return;
        problems.Add(new(option,
            $"{GoDuration.Format(value)} is out of range; write a duration from {GoDuration.Format(range.Smallest)} " +
            $"to {GoDuration.Format(range.Largest)}"));
    }

    private static void Within(
        ImmutableArray<ConfigurationProblem>.Builder problems, string option, int value, OptionRange<int> range)
    {
        if (range.Contains(value))
            return;
        problems.Add(new(option, string.Create(CultureInfo.InvariantCulture,
            $"{value} is out of range; write a number from {range.Smallest} to {range.Largest}")));
    }
}
