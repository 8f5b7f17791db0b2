using System.Text;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Signing;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Signing;

/// <summary>Signing with a real ssh-agent, through its restarts.</summary>
public sealed class SshAgentSignerTests : IAsyncLifetime
{
    private static readonly byte[] s_message = Encoding.ASCII.GetBytes("a tree head");
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private string _keyFile = "";
    private SshAgent _agent = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _keyFile = _folder.Write("key", OpenSshKey.FormatPrivate(_key));
        _agent = await SshAgent.StartAsync(
            await PeerPrograms.RequireAsync(Cancel), _folder.PathOf("agent.sock"), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_signs_as_the_key_itself_would()
    {
        using SshAgentSigner signer = await ConnectAsync();
        Assert.Equal(_key.PublicKey, signer.PublicKey);
        Assert.Equal(_key.Sign(s_message), await signer.SignAsync(s_message, Cancel));
        byte[] longest = new byte[SshAgentProtocol.MaxMessage];
        Assert.Equal(_key.Sign(longest), await signer.SignAsync(longest, Cancel));
        Assert.Equal(_key.Sign([]), await signer.SignAsync(Array.Empty<byte>(), Cancel));
    }

    [Fact]
    public async Task Requests_from_many_threads_get_each_their_own_signature()
    {
        using SshAgentSigner signer = await ConnectAsync();
        await Parallel.ForAsync(0, 50, Cancel, async (i, cancel) =>
            Assert.Equal(_key.Sign([(byte)i]), await signer.SignAsync(new[] { (byte)i }, cancel)));
    }

    [Fact]
    public async Task It_goes_on_when_the_agent_was_restarted_and_has_its_key_back()
    {
        using SshAgentSigner signer = await ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await _agent.RestartAsync(Cancel);
            await _agent.AddAsync(_keyFile, Cancel);
            Assert.Equal(_key.Sign(s_message), await signer.SignAsync(s_message, Cancel));
        }
    }

    [Fact]
    public async Task Without_agent_or_key_it_fails_and_recovers_when_they_are_back()
    {
        using SshAgentSigner signer = await ConnectAsync();
        await _agent.KillAsync();
        SshAgentException gone = await FailureAsync(signer);
        Assert.Contains(_agent.Socket, gone.Message, StringComparison.Ordinal);
        Assert.Contains("refused", gone.Message, StringComparison.OrdinalIgnoreCase);
        await _agent.RestartAsync(Cancel);
        Assert.Contains("ssh-add", (await FailureAsync(signer)).Message, StringComparison.Ordinal);
        await _agent.AddAsync(_keyFile, Cancel);
        Assert.Equal(_key.Sign(s_message), await signer.SignAsync(s_message, Cancel));
        await _agent.ForgetAsync(Cancel);
        Assert.Contains("ssh-add", (await FailureAsync(signer)).Message, StringComparison.Ordinal);
        await _agent.AddAsync(_keyFile, Cancel);
        Assert.Equal(_key.Sign(s_message), await signer.SignAsync(s_message, Cancel));
    }

    [Fact]
    public async Task A_key_that_the_agent_does_not_have_is_refused_at_once()
    {
        using var other = Ed25519Signer.Generate();
        await _agent.AddAsync(_keyFile, Cancel);
        SshAgentException e = await Assert.ThrowsAsync<SshAgentException>(
            () => SshAgentSigner.ConnectAsync(other.PublicKey, Options(_agent.Socket), Cancel));
        Assert.Contains(other.PublicKey.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains("ssh-add", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_key_file_signs_through_the_agent()
    {
        await _agent.AddAsync(_keyFile, Cancel);
        string path = _folder.Write("key.pub", OpenSshKey.FormatPublic(_key.PublicKey));
        using OpenedKey opened = await KeyFile.OpenAsync(path, Options(_agent.Socket), Cancel);
        Assert.Empty(opened.Warnings);
        Assert.Equal(_key.Sign(s_message), await opened.Signer.SignAsync(s_message, Cancel));
        await _agent.ForgetAsync(Cancel);
        KeyFileException e = await Assert.ThrowsAsync<KeyFileException>(
            () => KeyFile.OpenAsync(path, Options(_agent.Socket), Cancel));
        Assert.StartsWith($"{path}: ", e.Message, StringComparison.Ordinal);
    }

    private static SshAgentOptions Options(string socket) => new() { SocketPath = socket };

    private static async Task<SshAgentException> FailureAsync(SshAgentSigner signer) =>
        await Assert.ThrowsAsync<SshAgentException>(async () => await signer.SignAsync(s_message, Cancel));

    private async Task<SshAgentSigner> ConnectAsync()
    {
        await _agent.AddAsync(_keyFile, Cancel);
        return await SshAgentSigner.ConnectAsync(_key.PublicKey, Options(_agent.Socket), Cancel);
    }
}
