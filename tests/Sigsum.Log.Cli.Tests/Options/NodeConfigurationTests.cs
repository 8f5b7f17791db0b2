using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Options;

/// <summary>From what was written to option records, or to all that is wrong.</summary>
public sealed class NodeConfigurationTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly string _key;
    private readonly PublicKey _peer;
    private readonly string _peerFile;

    public NodeConfigurationTests()
    {
        using var log = Ed25519Signer.Generate();
        using var peer = Ed25519Signer.Generate();
        _key = _folder.Write("key", OpenSshKey.FormatPrivate(log));
        _peer = peer.PublicKey;
        _peerFile = _folder.Write("peer.pub", OpenSshKey.FormatPublic(peer.PublicKey));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_but_the_necessary_gives_the_defaults()
    {
        var options = await PrimaryAsync("--no-secondary", "--sth-file", _folder.PathOf("sth"));
        Assert.Equal(new PrimaryOptions
        {
            Node = new NodeOptions { KeyFile = _key },
            NoSecondary = true,
            SthFile = _folder.PathOf("sth"),
        }, options);
    }

    [Fact]
    public async Task Every_option_of_a_primary_arrives()
    {
        var policy = _folder.Write("policy", "quorum none\n");
        var limits = _folder.Write("limits", "");
        var options = await PrimaryAsync(
            "--external-endpoint=[::1]:1", "--internal-endpoint=:2", "--url-prefix=a/b", "--timeout=1m30s",
            "--interval=5s", "--log-file", _folder.PathOf("log"), "--log-level=warning", "--backend=ephemeral",
            "--data-dir=/d", "--max-range=3", "--policy-file", policy, "--rate-limit-file", limits,
            "--allow-test-domain", "--sth-file", _folder.PathOf("sth"), "--secondary-url=http://one.example:1/x",
            "--secondary-pubkey-file", _peerFile, "--secondary-quorum=1", "--commit-wait=0", "--require-quorum",
            "--cosignature-grace=1s", "--witness-requests-per-day=100", "--dns-server=192.0.2.1:53",
            "--queue-length=7", "--batch-size=8");
        Assert.NotNull(options);
        Assert.Equal(
            new NodeOptions
            {
                KeyFile = _key,
                ExternalEndpoint = new HostPort("::1", 1),
                InternalEndpoint = new HostPort("", 2),
                UrlPrefix = "a/b",
                Timeout = TimeSpan.FromSeconds(90),
                Interval = TimeSpan.FromSeconds(5),
                LogFile = _folder.PathOf("log"),
                LogLevel = LogLevel.Warning,
                Backend = Backend.Ephemeral,
                DataDir = "/d",
                MaxRange = 3,
            },
            options.Node);
        Assert.Equal(new SecondaryPeer(new Uri("http://one.example:1/x"), _peer), Assert.Single(options.Secondaries));
        Assert.Equal(
            (policy, limits, true, _folder.PathOf("sth"), 1, false),
            (options.PolicyFile, options.RateLimitFile, options.AllowTestDomain, options.SthFile,
                options.SecondaryQuorum, options.NoSecondary));
        Assert.Equal(
            (TimeSpan.Zero, true, TimeSpan.FromSeconds(1), 100, "192.0.2.1:53", 7, 8),
            (options.CommitWait, options.RequireQuorum, options.CosignatureGrace, options.WitnessRequestsPerDay,
                options.DnsServer, options.QueueLength, options.BatchSize));
    }

    [Fact]
    public async Task Every_option_of_a_secondary_arrives()
    {
        var options = await NodeConfiguration.ReadSecondaryAsync(
            Values("--primary-url=https://log.example/p", "--log-key-file", _peerFile, "--interval=1s"), Cancellation);
        Assert.NotNull(options);
        Assert.Equal((new Uri("https://log.example/p"), _peer), (options.PrimaryUrl, options.LogPublicKey!.Value));
        Assert.Equal(new NodeOptions { KeyFile = _key, Interval = TimeSpan.FromSeconds(1) }, options.Node);
    }

    [Fact]
    public async Task All_secondaries_must_agree_unless_told_otherwise()
    {
        using var other = Ed25519Signer.Generate();
        var otherFile = _folder.Write("other.pub", OpenSshKey.FormatPublic(other.PublicKey));
        var options = await PrimaryAsync(
            "--sth-file", _folder.PathOf("sth"), "--secondary-url=http://a.example", "--secondary-url=http://b.example",
            "--secondary-pubkey-file", _peerFile, "--secondary-pubkey-file", otherFile);
        Assert.NotNull(options);
        Assert.Equal(2, options.SecondaryQuorum);
        Assert.Equal([_peer, other.PublicKey], options.Secondaries.Select(peer => peer.PublicKey));
    }

    [Fact]
    public async Task All_errors_are_told_at_once_each_with_what_to_write()
    {
        var bad = _folder.Write("bad", "nonsense\n");
        var values = Values(
            "--key-file", _folder.PathOf("missing"), "--external-endpoint=nowhere", "--url-prefix=/a/", "--timeout=10",
            "--interval=0s", "--log-level=loud", "--backend=mysql", "--max-range=0", "--policy-file", bad,
            "--rate-limit-file", bad, "--sth-file=/missing/sth", "--secondary-url=one", "--secondary-pubkey-file",
            bad, "--commit-wait=2h", "--cosignature-grace=-1s", "--witness-requests-per-day=many",
            "--dns-server=ns.example", "--queue-length=0", "--batch-size=0", "--require-quorum=perhaps");
        Assert.Null(await NodeConfiguration.ReadPrimaryAsync(values, Cancellation));
        Assert.Equal(
            [
                "backend", "batch-size", "commit-wait", "cosignature-grace", "dns-server", "external-endpoint",
                "interval", "key-file", "log-level", "max-range", "policy-file", "queue-length", "rate-limit-file",
                "require-quorum", "secondary-pubkey-file", "secondary-url", "sth-file", "timeout", "url-prefix",
                "witness-requests-per-day",
            ],
            values.Problems.Select(problem => problem.Option).Distinct().Order());
        Assert.All(values.Problems, problem => Assert.DoesNotContain('\n', problem.Message));
    }

    [Fact]
    public async Task A_problem_names_the_file_and_line_it_comes_from()
    {
        var values = Values();
        ConfigFile.Parse("timeout = \"10\"\n", "c.toml", values);
        await NodeConfiguration.ReadSecondaryAsync(values, Cancellation);
        Assert.Contains(
            "--timeout: '10' cannot be used; write a duration with its unit, such as 10s, 1m30s, 500ms or 1h " +
            "(c.toml, line 1)",
            values.Problems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData("secondary-url", "a primary needs a secondary that keeps a copy of every leaf; write " +
        "--secondary-url=URL and --secondary-pubkey-file=FILE for each, or --no-secondary to run without any")]
    [InlineData("secondary-pubkey-file", "1 --secondary-url but 0 of these; write --secondary-pubkey-file=FILE for " +
        "each, in the same order", "--secondary-url=http://a.example")]
    [InlineData("secondary-url", "1 --secondary-pubkey-file but 0 of these; write --secondary-url=URL for each, in " +
        "the same order", "--secondary-pubkey-file=PEER")]
    [InlineData("no-secondary", "contradicts --secondary-url; leave --no-secondary out, or the secondaries",
        "--no-secondary", "--secondary-url=http://a.example", "--secondary-pubkey-file=PEER")]
    [InlineData("secondary-quorum", "is 2 of 1; write 1 to 1, or leave it out for all",
        "--secondary-quorum=2", "--secondary-url=http://a.example", "--secondary-pubkey-file=PEER")]
    [InlineData("secondary-quorum", "is 0 of 1; write 1 to 1, or leave it out for all",
        "--secondary-quorum=0", "--secondary-url=http://a.example", "--secondary-pubkey-file=PEER")]
    [InlineData("secondary-quorum", "is -1 of 1; write 1 to 1, or leave it out for all",
        "--secondary-quorum=-1", "--secondary-url=http://a.example", "--secondary-pubkey-file=PEER")]
    [InlineData("secondary-quorum", "there are no secondaries to count; leave it out, or name them",
        "--secondary-quorum=1", "--no-secondary")]
    [InlineData("secondary-pubkey-file", "key KEY is there twice; each secondary has a key of its own",
        "--secondary-url=http://a.example", "--secondary-pubkey-file=PEER",
        "--secondary-url=http://b.example", "--secondary-pubkey-file=PEER")]
    [InlineData("require-quorum", "there is no quorum without a policy; write --policy-file=FILE, or leave " +
        "--require-quorum out", "--require-quorum", "--no-secondary")]
    [InlineData("internal-endpoint", "is localhost:6965, as --external-endpoint is; write another port in one of them",
        "--internal-endpoint=localhost:6965", "--no-secondary")]
    [InlineData("backend", "the Trillian backend is not built; write --backend=embedded for the store of this " +
        "program, which begins empty, or stay with log-go to go on with a tree that is in Trillian",
        "--backend=trillian", "--no-secondary")]
    public async Task Half_a_configuration_is_one_error(string option, string message, params string[] arguments)
    {
        var values = Values(["--sth-file", _folder.PathOf("sth"), .. arguments.Select(Filled)]);
        Assert.Null(await NodeConfiguration.ReadPrimaryAsync(values, Cancellation));
        Assert.Equal(
            new ConfigurationProblem(option, message.Replace("KEY", _peer.ToString(), StringComparison.Ordinal)),
            Assert.Single(values.Problems));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("log/2026")]
    [InlineData("a-b_c.d~e")]
    public async Task A_prefix_is_a_path_without_slashes_at_its_ends(string prefix) =>
        Assert.NotNull(await PrimaryAsync(
            "--no-secondary", "--sth-file", _folder.PathOf("sth"), "--url-prefix=" + prefix));

    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("a/./b")]
    [InlineData("a b")]
    [InlineData("a%20b")]
    [InlineData("\u00e9")]
    public async Task Anything_else_is_no_prefix(string prefix)
    {
        var values = Values("--no-secondary", "--sth-file", _folder.PathOf("sth"), "--url-prefix=" + prefix);
        Assert.Null(await NodeConfiguration.ReadPrimaryAsync(values, Cancellation));
        Assert.Equal("url-prefix", Assert.Single(values.Problems).Option);
    }

    [Theory]
    [InlineData("ftp://a.example")]
    [InlineData("a.example:80")]
    [InlineData("/path")]
    [InlineData("http://a.example/?q")]
    [InlineData("http://user@a.example/")]
    [InlineData("http://")]
    public async Task Only_web_addresses_are_nodes(string url)
    {
        var values = Values("--primary-url", url);
        Assert.Null(await NodeConfiguration.ReadSecondaryAsync(values, Cancellation));
        Assert.Equal("primary-url", Assert.Single(values.Problems).Option);
    }

    [Fact]
    public async Task A_secondary_without_a_primary_is_an_error()
    {
        var values = Values();
        Assert.Null(await NodeConfiguration.ReadSecondaryAsync(values, Cancellation));
        Assert.StartsWith(
            "is missing; write --primary-url=URL", Assert.Single(values.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trillian_options_give_one_line_of_warning()
    {
        Assert.Null(NodeConfiguration.TrillianWarning(Values()));
        var values = Values("--trillian-rpc-server=localhost:1");
        ConfigFile.Parse("trillian-tree-id-file = \"/t\"", "c.toml", values);
        Assert.Equal(
            "ignoring trillian-rpc-server and trillian-tree-id-file (c.toml, line 1): there is no Trillian server, " +
            "remove it",
            NodeConfiguration.TrillianWarning(values));
    }

    private string Filled(string argument) => argument.Replace("PEER", _peerFile, StringComparison.Ordinal);

    private Task<PrimaryOptions?> PrimaryAsync(params string[] arguments) =>
        NodeConfiguration.ReadPrimaryAsync(Values(arguments), Cancellation);

    private OptionValues Values(params string[] arguments)
    {
        var line = CommandLine.Read([$"--key-file={_key}", .. arguments], OptionCatalog.All);
        Assert.Empty(line.Values.Problems);
        return line.Values;
    }
}
