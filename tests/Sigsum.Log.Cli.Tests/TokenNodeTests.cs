using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>A primary, as a real process, whose key is in a PKCS#11 token.</summary>
public sealed class TokenNodeTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private readonly FreePort _port = FreePort.Reserve();
    private readonly FreePort _internal = FreePort.Reserve();
    private readonly HttpClient _http = SigsumHttp.CreateForLogs();
    private readonly Ed25519Signer _submitter = Ed25519Signer.Generate();
    private SoftHsm _hsm = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hsm = await SoftHsm.RequireAsync(Cancellation);
        await _hsm.MakeTokenAsync("log", Cancellation);
        await _hsm.MakeKeyAsync("log", "key", "01", Cancellation);
        await TokenLog.RunAsync(_hsm, "init", "--role=primary", $"--data-dir={_folder.PathOf("data")}", $"--sth-file={_folder.PathOf("sth")}");
    }

    public ValueTask DisposeAsync()
    {
        _hsm.Dispose();
        _port.Dispose();
        _internal.Dispose();
        _http.Dispose();
        _submitter.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task It_commits_leaves_and_waits_for_a_token_that_is_away()
    {
        await using var node = Start(SoftHsm.Pin);
        await node.WaitForLineAsync("on http://127.0.0.1:", TokenLog.Patience, Cancellation);
        await TokenLog.CommitAsync(Client, _submitter, 1);

        _hsm.TakeOut();
        var request = await TokenLog.RequestAsync(_submitter, 2);
        Assert.NotEqual(AddLeafStatus.Committed, await Client.AddLeafAsync(request, null, Cancellation));
        var ready = await _http.GetAsync(new Uri(_internal.Url, "/readyz"), Cancellation);
        Assert.Contains(
            "PKCS#11 key 'key' in token 'log'", await ready.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        _hsm.PutBack();
        await TokenLog.CommitAsync(Client, _submitter, 2);
        Assert.Equal(2UL, (await Client.GetTreeHeadAsync(Cancellation)).SignedTreeHead.TreeHead.Size);

        // The session was opened anew, and the clean stop closes it.
        node.Signal(UnixSignal.Terminate);
        Assert.Equal(0, await node.WaitForExitAsync(TokenLog.Patience, Cancellation));
    }

    [Fact]
    public async Task A_wrong_PIN_ends_the_start_in_one_line()
    {
        await using var node = Start("87654321");
        await node.WaitForLineAsync("PKCS#11 key 'key' in token 'log': the PIN in SIGSUM_LOG_PIN is wrong", TokenLog.Patience, Cancellation);
        Assert.Equal(1, await node.WaitForExitAsync(TokenLog.Patience, Cancellation));
    }

    [Fact]
    public async Task What_is_wrong_with_the_URI_is_told_with_all_other_errors()
    {
        var result = await ProgramProcess.RunAsync(
            SigsumLog.Executable, ["primary", "--key-file=pkcs11:object=k?pin-value=1234", "--timeout=10"], Cancellation,
            environment: TokenLog.Variables(_hsm));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--timeout: '10'", result.Error, StringComparison.Ordinal);
        Assert.Contains("--key-file: PKCS#11 URI: pin-value shows the PIN", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", result.Error, StringComparison.Ordinal);
    }

    private LogClient Client => new(_http, _port.Url);

    private ProgramProcess Start(string pin) => ProgramProcess.Start(
        SigsumLog.Executable,
        [
            "primary", "--no-secondary", $"--key-file={_hsm.Uri("log", "key")}", $"--data-dir={_folder.PathOf("data")}",
            $"--sth-file={_folder.PathOf("sth")}", $"--external-endpoint={_port.Endpoint}",
            $"--internal-endpoint={_internal.Endpoint}", "--commit-wait=500ms",
        ],
        TokenLog.Variables(_hsm, pin));
}
