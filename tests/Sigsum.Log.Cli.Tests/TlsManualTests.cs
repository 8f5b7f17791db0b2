using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Cli.Tests;

/// <summary>
/// docs/operating/tls.md: the certificates that its commands make serve a primary and a secondary, as real processes,
/// and keep everybody else out.
/// </summary>
public sealed class TlsManualTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _folder = new();
    private readonly FreePort[] _ports = [.. Enumerable.Range(0, 4).Select(_ => FreePort.Reserve())];
    private readonly HttpClient _http = SigsumHttp.CreateForLogs();
    private readonly Ed25519Signer _submitter = Ed25519Signer.Generate();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var port in _ports)
            port.Dispose();
        _http.Dispose();
        _submitter.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("", "ca.pem", "ca.pem")]
    [InlineData("pinned-", "pinned-primary-trusts.pem", "pinned-secondary-trusts.pem")]
    public async Task The_certificates_of_the_page_serve_a_log(string prefix, string primaryTrusts, string secondaryTrusts)
    {
        await RunPageAsync();
        WriteKey("log.key");
        var secondaryKey = WriteKey("secondary.ssh");
        await InitAsync("primary", $"--sth-file={_folder.PathOf("sth")}");
        await InitAsync("secondary");
        await using var secondary = Start("secondary", 2, prefix, secondaryTrusts,
            $"--key-file={_folder.PathOf("secondary.ssh")}", $"--primary-url={Internal(0)}");
        await using var primary = Start("primary", 0, prefix, primaryTrusts,
            $"--key-file={_folder.PathOf("log.key")}", $"--sth-file={_folder.PathOf("sth")}",
            $"--secondary-url={Internal(2)}", $"--secondary-pubkey-file={secondaryKey}");
        await primary.WaitForLineAsync("nodes on https://127.0.0.1:", Patience, Cancellation);
        await CommitAsync(1);

        await AssertNobodyElseIsAnsweredAsync();
        var (page, before) = await MetricsAsync(prefix);
        Assert.Contains("\nsigsum_log_internal_tls_not_after_seconds ", page, StringComparison.Ordinal);
        Assert.Equal(SerialNumber(prefix + "primary.pem"), before);

        // Renewed with the commands of the page, while the nodes run.
        var seen = (Primary: primary.Output.Lines.Count, Secondary: secondary.Output.Lines.Count);
        await RunAsync("bash", "-c", "set -eu\n" + Blocks()[prefix.Length == 0 ? 1 : 2]);
        foreach (var (node, from) in ((ProgramProcess, int)[])[(primary, seen.Primary), (secondary, seen.Secondary)])
        {
            node.Signal(UnixSignal.Hangup);
            await node.WaitForLineAsync(
                line => line.Contains("mutual TLS between nodes", StringComparison.Ordinal), Patience, Cancellation, from);
        }

        await CommitAsync(2);
        var (_, after) = await MetricsAsync(prefix);
        Assert.NotEqual(before, after);
        Assert.Equal(SerialNumber(prefix + "primary.pem"), after);

        _folder.Write(prefix + "primary.key", "nothing");
        primary.Signal(UnixSignal.Hangup);
        await primary.WaitForLineAsync("stay as they were: --internal-tls-key-file", Patience, Cancellation);
        await CommitAsync(3);
        foreach (var node in (ProgramProcess[])[primary, secondary])
        {
            node.Signal(UnixSignal.Terminate);
            Assert.Equal(0, await node.WaitForExitAsync(Patience, Cancellation));
        }
    }

    [Fact]
    public async Task A_part_of_the_options_is_refused_and_nothing_is_started()
    {
        await RunPageAsync();
        WriteKey("log.key");
        var result = await ProgramProcess.RunAsync(
            SigsumLog.Executable,
            [
                "secondary", $"--key-file={_folder.PathOf("log.key")}", "--backend=ephemeral",
                $"--internal-tls-ca-file={_folder.PathOf("ca.pem")}", "--primary-url=http://localhost:1",
            ],
            Cancellation, environment: Variables);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            ["--internal-tls-cert-file", "--internal-tls-key-file", "--primary-url"],
            result.Error.TrimEnd('\n').Split('\n').Select(line => line.Split(": ")[1]).Order());
    }

    private static Dictionary<string, string?> Variables => new() { ["SIGSUM_LOGSERVER_CONFIG"] = "" };

    /// <summary>The commands of the page, for nodes that are all on this machine.</summary>
    private static List<string> Blocks()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "operating", "tls.md"));
        var blocks = page.Split("\n```").Where((_, i) => i % 2 == 1).Where(block => block.StartsWith('\n'))
            .Select(block => block.Replace("primary.log.example", "localhost", StringComparison.Ordinal)
                .Replace("secondary.log.example", "localhost", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, blocks.Count);
        return blocks;
    }

    private async Task RunPageAsync()
    {
        var result = await RunAsync("bash", "-c", "set -eu\n" + string.Concat(Blocks()));
        Assert.Equal(5, result.Output.Split(".pem: OK\n").Length - 1);
    }

    private async Task AssertNobodyElseIsAnsweredAsync()
    {
        using var trusting = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
        });
        foreach (var node in (int[])[0, 2])
        {
            foreach (var path in (string[])["get-leaves/0/1", "metrics", "readyz"])
            {
                await Assert.ThrowsAsync<HttpRequestException>(
                    () => trusting.GetAsync(new Uri(Internal(node), path), Cancellation));
                await Assert.ThrowsAsync<HttpRequestException>(
                    () => trusting.GetAsync(new Uri(_ports[node + 1].Url, path), Cancellation));
            }
        }
    }

    /// <summary>The metrics of the primary, and the serial number of the certificate that it shows.</summary>
    private async Task<(string Page, string SerialNumber)> MetricsAsync(string prefix)
    {
        using var own = X509Certificate2.CreateFromPemFile(
            _folder.PathOf(prefix + "monitoring.pem"), _folder.PathOf(prefix + "monitoring.key"));
        var serial = "";
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    serial = (certificate as X509Certificate2)?.SerialNumber ?? "";
                    return serial.Length > 0;
                },
            },
        });
        return (await client.GetStringAsync(new Uri(Internal(0), "metrics"), Cancellation), serial);
    }

    private string SerialNumber(string file)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_folder.PathOf(file));
        return certificate.SerialNumber;
    }

    private async Task CommitAsync(int number)
    {
        var client = new LogClient(_http, _ports[0].Url);
        var request = await AddLeafRequest.SignAsync(Hash.Sha256(BitConverter.GetBytes(number)), _submitter, Cancellation);
        await Eventually.UntilAsync(
            "a committed leaf", Patience,
            async cancel => await client.AddLeafAsync(request, null, cancel) == AddLeafStatus.Committed, Cancellation);
    }

    private Uri Internal(int node) => new($"https://localhost:{_ports[node + 1].Number}/");

    private ProgramProcess Start(string role, int ports, string prefix, string trusts, params string[] more) =>
        ProgramProcess.Start(
            SigsumLog.Executable,
            [
                role, $"--data-dir={_folder.PathOf(role)}", $"--external-endpoint={_ports[ports].Endpoint}",
                $"--internal-endpoint={_ports[ports + 1].Endpoint}",
                $"--internal-tls-cert-file={_folder.PathOf($"{prefix}{role}.pem")}",
                $"--internal-tls-key-file={_folder.PathOf($"{prefix}{role}.key")}",
                $"--internal-tls-ca-file={_folder.PathOf(trusts)}", .. more,
            ],
            Variables);

    private string WriteKey(string name)
    {
        using var signer = Ed25519Signer.Generate();
        _folder.Write(name, OpenSshKey.FormatPrivate(signer));
        return _folder.Write(name + ".pub", OpenSshKey.FormatPublic(signer.PublicKey));
    }

    private Task<ProgramResult> InitAsync(string role, params string[] more) =>
        RunAsync(SigsumLog.Executable, ["init", $"--role={role}", $"--data-dir={_folder.PathOf(role)}", .. more]);

    private async Task<ProgramResult> RunAsync(string program, params string[] arguments) => (await ProgramProcess.RunAsync(
        program, arguments, Cancellation, environment: Variables, workingDirectory: _folder.FullName)).Succeeded();
}
