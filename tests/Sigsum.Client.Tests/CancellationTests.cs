using Sigsum.Crypto;
using Sigsum.Policy;

namespace Sigsum.Client.Tests;

/// <summary>Cancelling ends every wait at once, before the answer begins and in its middle.</summary>
public sealed class CancellationTests : ClientTest
{
    private const string Begun = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsize=";

    private static readonly Dictionary<string, Func<HttpClient, Uri, CancellationToken, Task>> s_waits = new()
    {
        ["get-tree-head"] = (http, url, stop) => new LogClient(http, url).GetTreeHeadAsync(stop),
        ["get-inclusion-proof"] = (http, url, stop) =>
            new LogClient(http, url).GetInclusionProofAsync(new(3, Hash.Sha256([])), stop),
        ["get-consistency-proof"] = (http, url, stop) =>
            new LogClient(http, url).GetConsistencyProofAsync(new(2, 3), stop),
        ["get-leaves"] = (http, url, stop) => new LogClient(http, url).GetLeavesAsync(new(0, 3), stop),
        ["add-leaf"] = (http, url, stop) => new LogClient(http, url).AddLeafAsync(Samples.Request(0), null, stop),
        ["feed"] = (http, url, stop) =>
            new FeedClient(http, url).GetLeavesAsync(0, 3, TimeSpan.FromMinutes(1), stop),
        ["secondary"] = (http, url, stop) =>
            new SecondaryClient(http, url).GetTreeHeadAsync(3, TimeSpan.FromMinutes(1), stop),
        ["witness"] = (http, url, stop) =>
            new WitnessClient(http, url).AddCheckpointAsync(Samples.Checkpoint(0, 3, new SampleTree()), stop),
        ["submit"] = (http, url, stop) => Submitter.SubmitAsync(
            new LogClient(http, url), Samples.LogKey.PublicKey, Samples.Request(0),
            TrustPolicy.Parse(System.Text.Encoding.ASCII.GetBytes($"log {Samples.LogKey.PublicKey}\nquorum none\n")),
            null, stop),
    };

    public static TheoryData<string, string> Waits => new(
        s_waits.Keys.SelectMany(wait => new[] { (wait, ""), (wait, Begun) }));

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Cancelling_ends_the_wait(string wait, string begun)
    {
        await using var server = RawServer.StartHolding(begun);
        using var stop = new CancellationTokenSource();
        Task waiting = s_waits[wait](Http, server.Url, stop.Token);
        await server.RequestAsync(Cancel);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Nothing_is_sent_when_it_is_cancelled_already(string wait, string begun)
    {
        await using var server = RawServer.StartHolding(begun);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => s_waits[wait](Http, server.Url, stop.Token));
    }
}
