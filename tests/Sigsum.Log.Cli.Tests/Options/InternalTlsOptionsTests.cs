using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Cli.Options;
using Sigsum.Log.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Options;

/// <summary>The options for TLS between nodes: all or none, and then for all that nodes say to each other.</summary>
public sealed class InternalTlsOptionsTests : IDisposable
{
    private static readonly string[] Names = ["internal-tls-cert-file", "internal-tls-key-file", "internal-tls-ca-file"];
    private readonly TempDirectory _folder = new();
    private readonly string _key;
    private readonly string[] _files;

    public InternalTlsOptionsTests()
    {
        using var signer = Ed25519Signer.Generate();
        _key = _folder.Write("key", OpenSshKey.FormatPrivate(signer));
        _folder.Write("key.pub", OpenSshKey.FormatPublic(signer.PublicKey));
        using var certificate = TestCertificate.SelfSigned();
        using var authority = TestCertificate.Authority();
        _files =
        [
            _folder.Write("cert.pem", certificate.Pem), _folder.Write("cert.key", certificate.KeyPem),
            _folder.Write("ca.pem", authority.Pem),
        ];
    }

    public static TheoryData<bool, int> Parts
    {
        get
        {
            var data = new TheoryData<bool, int>();
            for (var given = 1; given < 7; given++)
            {
                data.Add(true, given);
                data.Add(false, given);
            }

            return data;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_three_are_taken_from_the_command_line_or_the_file(bool primary)
    {
        var (values, node) = await ReadAsync(primary, Written(7), "https");
        Assert.Empty(values.Problems);
        Assert.Equal(new InternalTlsFiles(_files[0], _files[1], _files[2]), node!.InternalTls);

        var file = Values(primary, [], "https");
        ConfigFile.Parse(string.Concat(Names.Zip(_files, (name, path) => $"{name} = \"{path}\"\n")), "c.toml", file);
        Assert.Equal(node.InternalTls, (await ReadAsync(primary, file))!.InternalTls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task None_is_no_TLS_and_either_kind_of_URL(bool primary)
    {
        foreach (var scheme in (string[])["http", "https"])
        {
            var (values, node) = await ReadAsync(primary, [.. Names.Select(name => $"--{name}=")], scheme);
            Assert.Empty(values.Problems);
            Assert.Null(node!.InternalTls);
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task A_part_of_them_is_an_error_that_names_the_others(bool primary, int given)
    {
        var (values, node) = await ReadAsync(primary, Written(given), "https");
        Assert.Null(node);
        Assert.Equal(
            Names.Where((_, i) => (given & (1 << i)) == 0).Order(), values.Problems.Select(problem => problem.Option).Order());
        Assert.All(values.Problems, problem => Assert.Equal(
            "is missing, and TLS between nodes takes all of --internal-tls-cert-file, --internal-tls-key-file and " +
            $"--internal-tls-ca-file; write --{problem.Option}=FILE, or leave all three out", problem.Message));
    }

    [Theory]
    [InlineData(true, "secondary-url")]
    [InlineData(false, "primary-url")]
    public async Task A_node_that_authenticates_itself_asks_no_node_in_the_clear(bool primary, string option)
    {
        var (values, node) = await ReadAsync(primary, Written(7), "http");
        Assert.Null(node);
        Assert.Equal(
            new ConfigurationProblem(option,
                "http://node.example/ is not https, and with --internal-tls-* nodes are asked over TLS only; write " +
                $"--{option}=https://HOST:PORT, and the same options on that node"),
            Assert.Single(values.Problems));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_wrong_with_the_files_is_told_with_all_other_errors(bool primary)
    {
        File.Delete(_files[0]);
        _folder.Write("cert.key", "nothing");
        _folder.Write("ca.pem", "nothing");
        var (values, node) = await ReadAsync(primary, [.. Written(7), "--timeout=10"], "https");
        Assert.Null(node);
        Assert.Equal([.. Names.Order(), "timeout"], values.Problems.Select(problem => problem.Option).Order());
    }

    private static async Task<NodeOptions?> ReadAsync(bool primary, OptionValues values) => primary
        ? (await NodeConfiguration.ReadPrimaryAsync(values, Cancellation))?.Node
        : (await NodeConfiguration.ReadSecondaryAsync(values, Cancellation))?.Node;

    private async Task<(OptionValues Values, NodeOptions? Node)> ReadAsync(
        bool primary, string[] arguments, string scheme)
    {
        var values = Values(primary, arguments, scheme);
        return (values, await ReadAsync(primary, values));
    }

    private string[] Written(int given) =>
        [.. Names.Zip(_files, (name, path) => $"--{name}={path}").Where((_, i) => (given & (1 << i)) != 0)];

    private OptionValues Values(bool primary, string[] arguments, string scheme)
    {
        string[] role = primary
            ? [$"--sth-file={_folder.PathOf("sth")}", $"--secondary-url={scheme}://node.example", $"--secondary-pubkey-file={_key}.pub"]
            : [$"--primary-url={scheme}://node.example"];
        var line = CommandLine.Read([$"--key-file={_key}", .. role, .. arguments], OptionCatalog.All);
        Assert.Empty(line.Values.Problems);
        return line.Values;
    }
}
