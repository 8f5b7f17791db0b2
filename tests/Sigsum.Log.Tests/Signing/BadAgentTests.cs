using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Crypto;
using Sigsum.Log.Signing;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Signing;

/// <summary>Agents that lie, send garbage, or never answer: no bad signature gets through.</summary>
public sealed class BadAgentTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Socket => _folder.PathOf("agent.sock");

    public static TheoryData<string, byte[]> BadAnswers => new()
    {
        { "bytes", FakeAgent.Frame() },
        { "bytes", [0, 0, 4, 1] },
        { "bytes", [255, 255, 255, 255] },
        { "type 30", FakeAgent.Frame(30) },
        { "refused", FakeAgent.Frame(5) },
        { "truncated", FakeAgent.Frame(14) },
        { "truncated", FakeAgent.Frame(14, 0, 0, 0, 9, 1) },
        { "truncated", FakeAgent.Frame(14, 255, 255, 255, 255) },
        { "no Ed25519 signature", FakeAgent.Frame(FakeAgent.SignResponse(new byte[63])) },
        { "no Ed25519 signature", FakeAgent.Frame([.. FakeAgent.SignResponse(new byte[64]), 0]) },
        { "does not verify", FakeAgent.Frame(FakeAgent.SignResponse(new byte[64])) },
        { "closed", [] },
    };

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task A_bad_answer_at_connect_is_an_error(string expected, byte[] answer)
    {
        await using var agent = new FakeAgent(Socket, _ => answer);
        SshAgentException e = await Assert.ThrowsAsync<SshAgentException>(ConnectAsync);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task A_bad_answer_later_is_an_error_and_ends_the_connection(string expected, byte[] answer)
    {
        bool bad = false;
        await using var agent = new FakeAgent(Socket, request => bad ? answer : Sign(request));
        using SshAgentSigner signer = await ConnectAsync();
        bad = true;
        SshAgentException e = await Assert.ThrowsAsync<SshAgentException>(async () =>
            await signer.SignAsync("x"u8.ToArray(), Cancel));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        bad = false;
        int before = agent.Connections;
        Assert.Equal(_key.Sign("x"u8), await signer.SignAsync("x"u8.ToArray(), Cancel));
        Assert.Equal(before + 1, agent.Connections);
    }

    [Fact]
    public async Task The_connection_is_tested_with_a_message_that_says_nothing_else_and_is_never_the_same()
    {
        var signed = new List<string>();
        bool hangUp = false;
        await using var agent = new FakeAgent(Socket, request =>
        {
            if (hangUp)
            {
                hangUp = false;
                return [];
            }
            signed.Add(Encoding.Latin1.GetString(FakeAgent.SignedData(request)));
            return Sign(request);
        });
        using SshAgentSigner signer = await ConnectAsync();
        hangUp = true;
        await signer.SignAsync("x"u8.ToArray(), Cancel);
        Assert.Equal(3, signed.Count);
        Assert.All(signed[..2], test =>
            Assert.StartsWith("sigsum-log/test-signature/v1\0", test, StringComparison.Ordinal));
        Assert.NotEqual(signed[0], signed[1]);
        Assert.Equal("x", signed[2]);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_times_out()
    {
        bool silent = false;
        await using var agent = new FakeAgent(Socket, request => silent ? null : Sign(request));
        using SshAgentSigner signer = await ConnectAsync();
        silent = true;
        Task<Signature> signing = signer.SignAsync("x"u8.ToArray(), Cancel).AsTask();
        await agent.Silent.Task.WaitAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(signing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        SshAgentException e = await Assert.ThrowsAsync<SshAgentException>(
            () => signing.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Contains("no answer within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_the_agent_and_for_ones_turn()
    {
        bool silent = false;
        await using var agent = new FakeAgent(Socket, request => silent ? null : Sign(request));
        using SshAgentSigner signer = await ConnectAsync();
        silent = true;
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<Signature> signing = signer.SignAsync("x"u8.ToArray(), first.Token).AsTask();
        await agent.Silent.Task.WaitAsync(Cancel);
        Task<Signature> queued = signer.SignAsync("y"u8.ToArray(), second.Token).AsTask();
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WaitAsync(Cancel));
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signing.WaitAsync(Cancel));
        silent = false;
        Assert.Equal(_key.Sign("z"u8), await signer.SignAsync("z"u8.ToArray(), Cancel));
    }

    [Fact]
    public async Task No_agent_is_an_error_that_names_the_socket()
    {
        SshAgentException e = await Assert.ThrowsAsync<SshAgentException>(ConnectAsync);
        Assert.Contains(Socket, e.Message, StringComparison.Ordinal);
        var tooLong = new SshAgentOptions { SocketPath = "/" + new string('x', 200) };
        await Assert.ThrowsAsync<SshAgentException>(
            () => SshAgentSigner.ConnectAsync(_key.PublicKey, tooLong, Cancel));
    }

    private byte[] Sign(byte[] request) =>
        FakeAgent.Frame(FakeAgent.SignResponse(_key.Sign(FakeAgent.SignedData(request)).AsSpan()));

    private Task<SshAgentSigner> ConnectAsync() => SshAgentSigner.ConnectAsync(
        _key.PublicKey, new SshAgentOptions { SocketPath = Socket, TimeProvider = _time }, Cancel);
}
