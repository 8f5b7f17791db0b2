using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Publication;
using Sigsum.Log.Replication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Testing;
using Endpoint = Sigsum.Log.Http.Endpoint;

namespace Sigsum.Log.Tests.Replication;

public sealed class SecondaryTrackerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secondary_that_says_it_holds_requests_and_does_not_is_asked_at_a_pace()
    {
        var time = new FakeTimeProvider();
        var services = NodeServices.Create(time, NullLoggerFactory.Instance);
        using var key = Ed25519Signer.Generate();
        var asked = 0;
        var impatient = new Endpoint("get-secondary-tree-head", HttpMethods.Get, false, async (context, _) =>
        {
            var first = Interlocked.Increment(ref asked) == 1;
            HoldRequest.Applied(context.Response);
            context.Response.StatusCode = first ? StatusCodes.Status200OK : StatusCodes.Status304NotModified;
            if (!first)
                return;
            var body = new System.Buffers.ArrayBufferWriter<byte>();
            (await SignedTreeHead.SignAsync(TreeHead.Empty, key, Cancel)).Write(body);
            await context.Response.Body.WriteAsync(body.WrittenMemory, Cancel);
        });
        var other = new Endpoint("other", HttpMethods.Get, false, (_, _) => Task.CompletedTask);
        var table = new EndpointTable("", [impatient, other], null, services.Time, services.Logger<EndpointTable>());
        using var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        var succession = new Succession(store, services);
        await using var listener = await NodeListener.StartExternalAsync(
            new HostPort("127.0.0.1", 0), table, services, Cancel);
        using var http = SigsumHttp.CreateForNodes();
        using var role = new PrimaryRole();
        var peer = new SecondaryPeer(listener.Url, key.PublicKey);
        var options = new PrimaryOptions { Node = new NodeOptions { KeyFile = "" }, Secondaries = [peer] };
        using var roster = new RosterKeeper(options, key, store, succession, url => new NodeClient(http, url), () => 0, services);
        var gate = new ReplicationGate(store, 1, 1, () => roster.Current, () => roster.InForce, new Signal(), () => { });
        var tracker = new SecondaryTracker(
            0, peer, new SecondaryClient(http, peer.Url), new NodeClient(http, peer.Url), roster, succession,
            new HeadReplicas(1, 1, services), store, gate, role, null, TimeSpan.FromSeconds(10),
            TimeSpan.FromMilliseconds(250), services);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = tracker.RunAsync(stop.Token);

        // The clock stands still: the head, one question for what is newer, and then nothing.
        await Eventually.UntilAsync(
            "the second question", TimeSpan.FromMinutes(1), _ => Task.FromResult(Volatile.Read(ref asked) >= 2), Cancel);
        for (var i = 0; i < 50; i++)
            (await http.GetAsync(new Uri(listener.Url, "other"), Cancel)).Dispose();
        Assert.Equal(2, Volatile.Read(ref asked));
        await stop.CancelAsync();
        await running;
    }
}
