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
        using var primary = new Primary(secondaries: 1, quorum: 1);
        primary.Succession.Learn(await PromotionRecord.SignAsync(
            1, Guid.NewGuid(), new Uri("http://other.example:6967/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, primary.Key, Cancel));
        Assert.False(await primary.AdmitAsync(0));
        Assert.Null(RosterRecord.Load(primary.Store));
        Assert.Contains("was promoted in epoch 1", primary.Readiness, StringComparison.Ordinal);
    }

    /// <summary>A roster of fewer secondaries than must hold a leaf is one that nobody reads, its own primary included.</summary>
    [Fact]
    public async Task No_roster_comes_into_force_before_as_many_have_answered_as_must_hold_a_leaf()
    {
        using var primary = new Primary(secondaries: 3, quorum: 2);
        Assert.False(await primary.AdmitAsync(2));
        Assert.Null(RosterRecord.Load(primary.Store));
        Assert.Contains("2 of the secondaries must have answered, and 1 have", primary.Readiness, StringComparison.Ordinal);
        Assert.True(await primary.AdmitAsync(0));
        Assert.Equal([0, 2], RosterRecord.Load(primary.Store)!.Secondaries.Select(entry => entry.Url.Port - 1));
    }

    /// <summary>A primary of an empty log, with secondaries of log-go: they have no node ids, and nobody tells them anything.</summary>
    private sealed class Primary : IDisposable
    {
        private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        private readonly HttpClient _http = SigsumHttp.CreateForNodes();
        private readonly RosterKeeper _roster;

        public Primary(int secondaries, int quorum)
        {
            Store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, Key.PublicKey.KeyHash()));
            Succession = new Succession(Store, _services);
            var options = new PrimaryOptions
            {
                Node = new NodeOptions { KeyFile = "" },
                Secondaries = [.. Enumerable.Range(1, secondaries).Select(
                    port => new SecondaryPeer(new Uri($"http://127.0.0.1:{port}/"), Key.PublicKey))],
                SecondaryQuorum = quorum,
            };
            _roster = new RosterKeeper(options, Key, Store, Succession, url => new NodeClient(_http, url), () => 0, _services);
        }

        public Ed25519Signer Key { get; } = Ed25519Signer.Generate();

        public MemoryLogStore Store { get; }

        public Succession Succession { get; }

        public string Readiness => _services.Health.Readiness().Text;

        public Task<bool> AdmitAsync(int number) => _roster.AdmitAsync(number, null, holds: 0, wasAway: false, Cancel);

        public void Dispose()
        {
            _roster.Dispose();
            _http.Dispose();
            Store.Dispose();
            Key.Dispose();
        }
    }
}
