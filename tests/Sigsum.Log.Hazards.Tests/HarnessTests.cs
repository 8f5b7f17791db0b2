using System.Diagnostics;
using System.Net.Sockets;
using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Log.Hazards.Tests.Network;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>What the hazards stand on: a network that fails as told, and a check that finds what is wrong.</summary>
public sealed class HarnessTests : HazardTest
{
    [Fact]
    public async Task A_link_that_is_cut_resets_and_refuses_until_it_is_mended()
    {
        await using Echo echo = new();
        await using Link link = new(echo.Url);
        using TcpClient before = await ConnectAsync(link);
        Assert.Equal(1, await SendAsync(before));
        link.Cut();
        await Assert.ThrowsAnyAsync<IOException>(() => SendAsync(before));
        await Assert.ThrowsAnyAsync<SocketException>(() => ConnectAsync(link));
        link.Mend();
        using TcpClient after = await ConnectAsync(link);
        Assert.Equal(1, await SendAsync(after));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_link_swallows_arrives_when_it_is_mended(bool answersOnly)
    {
        await using Echo echo = new();
        await using Link link = new(echo.Url);
        using TcpClient client = await ConnectAsync(link);
        Assert.Equal(1, await SendAsync(client));
        if (answersOnly)
            link.SwallowAnswers();
        else
            link.Swallow();
        Task<int> answer = SendAsync(client);
        using TcpClient another = await ConnectAsync(link); // it is there, and says nothing
        Task<int> anotherAnswer = SendAsync(another);
        if (answersOnly)
            await UntilAsync("what was sent to arrive", () => echo.Received == 3);
        Assert.False(answer.IsCompleted);
        Assert.False(anotherAnswer.IsCompleted);
        Assert.Equal(answersOnly ? 3 : 1, echo.Received);
        link.Mend();
        Assert.Equal(1, await answer);
        Assert.Equal(1, await anotherAnswer);
    }

    [Fact]
    public async Task A_link_holds_packets_up_and_leads_elsewhere_when_told()
    {
        await using Echo one = new();
        await using Echo other = new();
        await using Link link = new(one.Url) { Delay = () => TimeSpan.FromMilliseconds(50) };
        using TcpClient client = await ConnectAsync(link);
        long sent = Stopwatch.GetTimestamp();
        Assert.Equal(1, await SendAsync(client));
        Assert.InRange(Stopwatch.GetElapsedTime(sent), TimeSpan.FromMilliseconds(95), Patience); // there and back
        link.PointTo(other.Url);
        await Assert.ThrowsAnyAsync<IOException>(() => SendAsync(client));
        using TcpClient next = await ConnectAsync(link);
        Assert.Equal(1, await SendAsync(next));
        Assert.Equal((1, 1), (one.Received, other.Received));
    }

    [Fact]
    public async Task A_relay_that_duplicates_sends_each_question_twice()
    {
        int requests = 0;
        await using HttpRelay target = await HttpRelay.StartAsync(Cancellation);
        target.Watch = (_, _) => Interlocked.Increment(ref requests);
        await using HttpRelay relay = await HttpRelay.StartAsync(Cancellation);
        (relay.Target, relay.Duplicates) = (target.Url, true);
        using HttpClient http = new();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync(new Uri(relay.Url, "get"), Cancellation));
        await UntilAsync("two requests", () => Volatile.Read(ref requests) == 2);
        using StringContent content = new("leaf");
        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => http.PostAsync(new Uri(relay.Url, "post"), content, Cancellation));
        Assert.Equal(3, requests);
    }

    /// <summary>Without a secondary and without witnesses nobody can tell a primary that its disk is an older copy. It
    /// says so, and it forks; the check must notice.</summary>
    [Fact]
    public async Task A_log_that_forks_is_found_out()
    {
        await using HazardLog log = await HazardLog.StartAsync(new() { Secondaries = [] }, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        await log.Primary.KillAsync();
        string older = await log.Primary.BackUpAsync(Cancellation);
        await log.Primary.StartAsync(Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        await log.WaitForSizeAsync(30, Cancellation);
        await log.Primary.KillAsync();
        await log.Primary.RestoreAsync(older, Cancellation);
        await log.Primary.StartAsync(Cancellation);
        await log.Primary.WaitForLineAsync("nothing can tell this primary if its disk is an older copy", Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(40, Cancellation);
        log.Clients.Notes.Note("a client", "what must not be");

        HazardOutcome outcome = await log.EndAsync(Cancellation, TimeSpan.FromSeconds(3));
        string all = string.Join('\n', outcome.Violations);
        Assert.Contains("the log went back from size", all, StringComparison.Ordinal);
        Assert.Contains("got 200 and is not in the final tree", all, StringComparison.Ordinal);
        Assert.Contains("two heads of size", all, StringComparison.Ordinal);
        Assert.Contains("is not one of the final tree", all, StringComparison.Ordinal);
        Assert.Contains("a client: what must not be (1 times)", all, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(outcome.MustBeWhole);
    }

    [Fact]
    public async Task A_head_that_nobody_signed_and_a_proof_that_is_wrong_are_found_out()
    {
        await using HazardLog log = await HazardLog.StartAsync(new() { Secondaries = [] }, Cancellation);
        await UntilAsync("a proof", () => log.Clients.Submit.Proofs.Count > 0);
        await log.Clients.Fast.WaitForMoreAsync(10, Cancellation);
        string message = Path.ChangeExtension(log.Clients.Submit.Proofs.First(), null);
        await File.AppendAllTextAsync(message, "not what was logged", Cancellation);
        SignedTreeHead latest = log.Clients.Heads.Latest!.SignedTreeHead;
        log.History.Add("a liar", latest with { TreeHead = new(5, Hash.Sha256("no tree"u8)) }, log.Key.PublicKey);

        HazardOutcome outcome = await log.EndAsync(Cancellation);
        string all = string.Join('\n', outcome.Violations);
        Assert.Contains("a liar: the head of size 5 has a bad signature", all, StringComparison.Ordinal);
        Assert.Contains("the head of size 5 (a liar) is not one of the final tree", all, StringComparison.Ordinal);
        Assert.Contains("sigsum-verify refuses a proof", all, StringComparison.Ordinal);
    }

    private static async Task<TcpClient> ConnectAsync(Link link)
    {
        TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", link.Url.Port, Cancellation);
        return client;
    }

    /// <summary>Sends a byte; returns how many came back.</summary>
    private static async Task<int> SendAsync(TcpClient client)
    {
        byte[] one = [1];
        await client.GetStream().WriteAsync(one, Cancellation);
        int count = await client.GetStream().ReadAsync(one, Cancellation);
        return count > 0 ? count : throw new IOException("closed");
    }
}
