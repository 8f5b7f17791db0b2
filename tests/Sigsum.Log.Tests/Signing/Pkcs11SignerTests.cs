using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Crypto;
using Sigsum.Log.Signing;
using Sigsum.Log.Signing.Pkcs11;
using Sigsum.Testing;
using SlotsType = Net.Pkcs11Interop.Common.SlotsType;

namespace Sigsum.Log.Tests.Signing;

/// <summary>Signing with keys in real PKCS#11 tokens, of SoftHSM.</summary>
public sealed class Pkcs11SignerTests : IAsyncLifetime
{
    private static readonly byte[] Message = Encoding.ASCII.GetBytes("a tree head");
    private readonly TempDirectory _folder = new();
    private SoftHsm _hsm = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hsm = await SoftHsm.RequireAsync(Cancel);
        _hsm.UseInThisProcess();
        await _hsm.MakeTokenAsync("log", Cancel);
        await _hsm.MakeKeyAsync("log", "k", "01", Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _hsm.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task A_key_that_was_made_in_the_token_signs()
    {
        using var signer = await OpenAsync(Uri());
        foreach (var message in new[] { Message, [], new byte[100_000] })
        {
            var signature = await signer.SignAsync(message, Cancel);
            Assert.True(Ed25519.Verify(signer.PublicKey, message, signature));
        }
    }

    [Fact]
    public async Task Two_signers_of_one_process_share_the_module_and_leave_it_apart()
    {
        using var first = await OpenAsync(Uri());
        using (var second = await OpenAsync(Uri()))
            await second.SignAsync(Message, Cancel);
        await first.SignAsync(Message, Cancel);
    }

    [Fact]
    public async Task Requests_from_many_threads_get_each_their_own_signature()
    {
        using var signer = await OpenAsync(Uri());
        await Parallel.ForAsync(0, 30, Cancel, async (i, cancel) =>
        {
            byte[] message = [(byte)i];
            var signature = await signer.SignAsync(message, cancel);
            Assert.True(Ed25519.Verify(signer.PublicKey, message, signature));
        });
    }

    [Fact]
    public async Task A_wrong_PIN_is_told_and_never_offered_twice()
    {
        var pin = _folder.Write("pin", "wrong-pin\n");
        var options = Options() with { Environment = _ => null };
        var text = $"{Uri()}&pin-source={pin}";
        var error = await Assert.ThrowsAsync<TokenException>(() => OpenAsync(text, options));
        Assert.Contains($"the PIN in {pin} is wrong", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-pin", error.Message, StringComparison.Ordinal);

        var tries = new TokenPin(Pkcs11Uri.Parse(text), options);
        tries.Refuse(tries.Read()!);
        Assert.Contains("not offered again", Assert.Throws<TokenException>(tries.Read).Message, StringComparison.Ordinal);
        _folder.Write("pin", SoftHsm.Pin + "\n");
        Assert.Equal(SoftHsm.Pin, Encoding.ASCII.GetString(tries.Read()!));
        (await OpenAsync(text, options)).Dispose();
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("12345678\n12345678\n", "is no PIN")]
    public async Task A_PIN_file_holds_one_line(string content, string error)
    {
        var pin = _folder.Write("pin", content);
        await FailsAsync($"{Uri()}&pin-source={pin}", error);
    }

    [Fact]
    public async Task Without_a_PIN_the_error_says_where_to_put_it()
    {
        var error = await Assert.ThrowsAsync<TokenException>(
            () => OpenAsync(Uri(), Options() with { Environment = _ => null }));
        Assert.Contains("SIGSUM_LOG_PIN", error.Message, StringComparison.Ordinal);
        Assert.Contains("pin-source=", error.Message, StringComparison.Ordinal);
        await FailsAsync($"{Uri()}&pin-source=/missing/pin", "/missing/pin");
    }

    [Fact]
    public async Task Tokens_and_keys_that_are_not_there_are_told_apart()
    {
        await _hsm.MakeTokenAsync("clone", Cancel);
        await _hsm.MakeKeyAsync("log", "k", "02", Cancel);
        await _hsm.MakeKeyAsync("log", "nist", "03", Cancel, "EC:prime256v1");
        await FailsAsync(Uri(token: "other"), "no such token; there is token 'clone' with serial '");
        await FailsAsync(Uri(key: "other"), "does not have this private key");
        await FailsAsync(Uri(), "2 private keys fit; name one with");
        await FailsAsync(Uri(key: "nist"), "is not an Ed25519 key");
        await FailsAsync($"pkcs11:object=k?module-path={_hsm.Module}", "several tokens fit");
        await FailsAsync($"pkcs11:object=k;slot-id=999999?module-path={_hsm.Module}", "no such token");
        (await OpenAsync($"pkcs11:token=log;object=k;id=%02?module-path={_hsm.Module}")).Dispose();
    }

    [Fact]
    public async Task A_module_that_is_none_is_told()
    {
        await FailsAsync("pkcs11:object=k?module-path=/missing/m.so", "no PKCS#11 module /missing/m.so");
        await FailsAsync("pkcs11:object=k?module-name=no-such-module", "no PKCS#11 module 'no-such-module'");
        await FailsAsync(
            $"pkcs11:object=k?module-path={_folder.Write("m.so", "no library")}", "cannot load the PKCS#11 module");
    }

    [Fact]
    public async Task A_public_key_that_is_not_beside_the_private_one_is_missed()
    {
        await _hsm.PkcsToolAsync("log", ["--delete-object", "--type", "pubkey", "--id", "01"], Cancel);
        await FailsAsync(Uri(), "no public key beside this private key");
    }

    [Fact]
    public async Task A_public_key_that_is_another_ones_is_found_out_before_anything_is_signed()
    {
        await _hsm.MakeKeyAsync("log", "other", "02", Cancel);
        await _hsm.PkcsToolAsync("log", ["--delete-object", "--type", "pubkey", "--id", "01"], Cancel);
        await _hsm.PkcsToolAsync("log", ["--type", "pubkey", "--id", "02", "--set-id", "01"], Cancel);
        await FailsAsync(Uri(), "does not verify with its public key");
    }

    [Fact]
    public async Task A_session_that_was_closed_is_opened_anew_without_anybody_noticing()
    {
        using var signer = await OpenAsync(Uri());
        var before = await signer.SignAsync(Message, Cancel);
        using (var module = TokenModule.Acquire(_hsm.Module))
        {
            foreach (var slot in module.Library.GetSlotList(SlotsType.WithTokenPresent))
                slot.CloseAllSessions();
        }

        Assert.Equal(before, await signer.SignAsync(Message, Cancel));
    }

    [Fact]
    public async Task A_token_that_is_taken_out_fails_until_it_is_back()
    {
        using var signer = await OpenAsync(Uri());
        var before = await signer.SignAsync(Message, Cancel);
        for (var i = 0; i < 2; i++)
        {
            _hsm.TakeOut();
            var error = await Assert.ThrowsAnyAsync<SignerException>(
                async () => await signer.SignAsync(Message, Cancel));
            Assert.StartsWith("PKCS#11 key 'k' in token 'log': ", error.Message, StringComparison.Ordinal);
            _hsm.PutBack();
            Assert.Equal(before, await signer.SignAsync(Message, Cancel));
        }
    }

    [Fact]
    public async Task Another_key_in_the_same_place_is_refused()
    {
        using var signer = await OpenAsync(Uri());
        await _hsm.PkcsToolAsync("log", ["--delete-object", "--type", "privkey", "--id", "01"], Cancel);
        await _hsm.PkcsToolAsync("log", ["--delete-object", "--type", "pubkey", "--id", "01"], Cancel);
        await Assert.ThrowsAsync<TokenException>(async () => await signer.SignAsync(Message, Cancel));
        await _hsm.MakeKeyAsync("log", "k", "01", Cancel);
        var error = await Assert.ThrowsAsync<TokenException>(async () => await signer.SignAsync(Message, Cancel));
        Assert.Contains("another key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_limit()
    {
        // The PIN comes through a pipe that nobody writes to, so the call into the module's thread hangs.
        var pin = _folder.PathOf("pin");
        (await ProgramProcess.RunAsync("mkfifo", [pin], Cancel)).Succeeded();
        var time = new FakeTimeProvider();
        var opening = OpenAsync($"{Uri()}&pin-source={pin}", Options() with { TimeProvider = time });
        time.Advance(TokenOptions.Default.Timeout);
        var error = await Assert.ThrowsAsync<TokenException>(() => opening);
        Assert.EndsWith("no answer within 30 s", error.Message, StringComparison.Ordinal);

        // What was left behind ends by itself, and nobody is kept from the token.
        (await ProgramProcess.RunAsync("sh", ["-c", $"echo {SoftHsm.Pin} >'{pin}'"], Cancel)).Succeeded();
        (await OpenAsync(Uri())).Dispose();
    }

    [Fact]
    public async Task Who_cancels_does_not_wait_and_breaks_nothing()
    {
        using var signer = await OpenAsync(Uri());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await signer.SignAsync(Message, cancelled.Token));
        await signer.SignAsync(Message, Cancel);
    }

    [Fact]
    public async Task A_key_file_may_be_a_URI()
    {
        var pin = _folder.Write("pin", SoftHsm.Pin + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(pin, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using var opened = await KeyFile.OpenAsync($"{Uri()}&pin-source={pin}", null, Cancel);
        Assert.Equal([$"{pin}: other users can read the PIN of the token; chmod 600 it"], opened.Warnings);
        await TestSignature.ProveAsync(opened.Signer, Cancel);

        var error = await Assert.ThrowsAsync<KeyFileException>(
            () => KeyFile.OpenAsync($"{Uri(key: "other")}&pin-source={pin}", null, Cancel));
        Assert.Contains("does not have this private key", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.OpenAsync("pkcs11:nonsense", null, Cancel));
        Assert.StartsWith("PKCS#11 URI: ", error.Message, StringComparison.Ordinal);
    }

    private static TokenOptions Options() =>
        new() { Environment = name => name == TokenPin.Variable ? SoftHsm.Pin : null };

    private static Task<Pkcs11Signer> OpenAsync(string uri, TokenOptions? options = null) =>
        Pkcs11Signer.OpenAsync(Pkcs11Uri.Parse(uri), options ?? Options(), Cancel);

    private static async Task FailsAsync(string uri, string message) => Assert.Contains(
        message, (await Assert.ThrowsAsync<TokenException>(() => OpenAsync(uri))).Message, StringComparison.Ordinal);

    private string Uri(string token = "log", string key = "k") => _hsm.Uri(token, key);
}
