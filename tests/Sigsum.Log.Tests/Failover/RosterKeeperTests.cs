using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

public sealed class RosterKeeperTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_primary_that_has_heard_of_a_later_one_makes_no_roster_of_that_epoch()
    {
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        using var key = Ed25519Signer.Generate();
        using var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, key.PublicKey.KeyHash()));
        var succession = new Succession(store, services);
        // A secondary of log-go: it has no node id, and nobody tells it anything.
        var peer = new SecondaryPeer(new Uri("http://127.0.0.1:1/"), key.PublicKey);
        var options = new PrimaryOptions { Node = new NodeOptions { KeyFile = "" }, Secondaries = [peer] };
        using var http = SigsumHttp.CreateForNodes();
        using var roster = new RosterKeeper(options, key, store, succession, url => new NodeClient(http, url), () => 0, services);

        succession.Learn(await PromotionRecord.SignAsync(
            1, Guid.NewGuid(), new Uri("http://other.example:6967/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, key, Cancel));
        Assert.False(await roster.AdmitAsync(0, null, holds: 0, wasAway: false, Cancel));
        Assert.Null(RosterRecord.Load(store));
        Assert.Contains("was promoted in epoch 1", services.Health.Readiness().Text, StringComparison.Ordinal);
    }
}
