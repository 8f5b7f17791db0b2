using System.Globalization;
using System.Net;
using Xunit;

namespace Sigsum.Testing;

/// <summary>A real DNS server (dnsmasq) on a random port of loopback, which knows what a test tells it and nothing else.</summary>
public sealed class DnsServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<string>> Program = new(InstallAsync);
    private readonly TempDirectory _directory;
    private readonly FreePort _port;
    private readonly bool _ownsPort;
    private readonly ProgramProcess _process;

    private DnsServer(TempDirectory directory, FreePort port, bool ownsPort, ProgramProcess process)
    {
        _directory = directory;
        _port = port;
        _ownsPort = ownsPort;
        _process = process;
    }

    public IPEndPoint Endpoint => new(IPAddress.Loopback, _port.Number);

    private string LogFile => _directory.PathOf("queries");

    /// <summary>Starts the server; skips the test where there can be none.</summary>
    /// <param name="options">dnsmasq's long options without the dashes.</param>
    public static Task<DnsServer> StartAsync(params string[] options) => StartAsync(null, options);

    /// <summary>Starts the server on a port that the caller holds.</summary>
    public static async Task<DnsServer> StartAsync(FreePort? port, params string[] options)
    {
        var cancellation = TestContext.Current.CancellationToken;
        if (PeerPrograms.SkipReason is { } reason)
            Assert.Skip(reason);
        string program = await Program.Value.WaitAsync(cancellation);
        var directory = new TempDirectory();
        var reserved = port ?? FreePort.Reserve();
        string[] fixedOptions =
        [
            "keep-in-foreground", "conf-file=/dev/null", "no-resolv", "no-hosts", "pid-file=", "user=", "bind-interfaces",
            "listen-address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"port={reserved.Number}"),
            "log-queries", $"log-facility={directory.PathOf("queries")}",
        ];
        var process = ProgramProcess.Start(program, fixedOptions.Concat(options).Select(option => "--" + option));
        var server = new DnsServer(directory, reserved, port is null, process);
        await process.WaitForPortAsync(reserved, Patience, cancellation);
        // It listens before it opens its log.
        await Eventually.UntilAsync(
            "dnsmasq's log", Patience, _ => Task.FromResult(File.Exists(server.LogFile)), cancellation);
        return server;
    }

    /// <summary>The option for a TXT record.</summary>
    public static string Txt(string name, string text) => $"txt-record={name},{text}";

    /// <summary>The TXT queries so far. dnsmasq writes each down before it answers.</summary>
    public IReadOnlyList<string> Queries()
    {
        using var file = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        // "query[TXT] NAME from ...", or "auth[TXT] NAME ..." for a zone of the server's own
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Contains("[TXT] ", StringComparison.Ordinal))
            .Select(line => line.Split("[TXT] ")[1].Split(' ')[0])];
    }

    /// <summary>Kills the server; the port stays reserved, with nobody listening.</summary>
    public Task StopAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        if (_ownsPort)
            _port.Dispose();
        _directory.Dispose();
    }

    private static async Task<string> InstallAsync()
    {
        var result = await ProgramProcess.RunAsync(
            Repository.PathOf("eng", "install-dnsmasq"), [], CancellationToken.None, timeout: TimeSpan.FromMinutes(10));
        return result.Succeeded().Output.Trim();
    }
}
