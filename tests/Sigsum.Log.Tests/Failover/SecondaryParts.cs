using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Machine;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What of a secondary speaks with its primary: a store, a socket, and the endpoints of the real node. It follows nobody.</summary>
internal sealed class SecondaryParts : IAsyncDisposable
{
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly StoreDamage _damage = new();
    private readonly Watermark _localSize = new(0);
    private INodeListener? _listener;

    private SecondaryParts(MemoryLogStore store, Succession succession) => (Store, Succession) = (store, succession);

    public MemoryLogStore Store { get; }

    public Succession Succession { get; }

    /// <summary>How often it was told a roster, taken or not.</summary>
    public int Told { get; private set; }

    /// <summary>Called before it answers that.</summary>
    public Func<Task> WhenTold { get; set; } = () => Task.CompletedTask;

    public Roster? Roster => RosterRecord.Load(Store);

    public NodeGreeting Greeting => Succession.Greeting;

    public Uri Url => _listener!.Url;

    public SecondaryPeer Peer => new(Url, _key.PublicKey);

    public RosterEntry Entry => new(Greeting.NodeId, _key.PublicKey, Url);

    /// <summary>Starts one that belongs to a log.</summary>
    public static async Task<SecondaryParts> StartAsync(Ed25519Signer logKey)
    {
        var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, logKey.PublicKey.KeyHash()));
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        var self = new SecondaryParts(store, new Succession(store, services));
        var roster = new RosterEndpoint(store, self.Succession, services).Endpoint;
        var counted = roster with
        {
            Handler = async (context, arguments) =>
            {
                self.Told++;
                await self.WhenTold();
                await roster.Handler(context, arguments);
            },
        };
        var head = new SecondaryTreeHeadEndpoint(
            store, self._localSize, self._key, self.Succession, new SecondaryRole(), self._damage,
            services.Metrics.Http.Endpoint(EndpointNames.GetSecondaryTreeHead), services.Time, CancellationToken.None);
        var feed = new FeedEndpoint(store, self._localSize, self._damage, 512, services.Time, CancellationToken.None);
        var promotion = new SuccessionEndpoint(self.Succession);
        var held = new HeldTreeHeadEndpoint(store, self._key, self.Succession, () => null);
        var table = new EndpointTable(
            "", [counted, RosterEndpoint.Get(store), promotion.Endpoint, head.Endpoint, feed.Endpoint, held.Endpoint, feed.Held], null,
            services.Time, services.Logger<EndpointTable>());
        self._listener = await NodeListener.StartInternalAsync(
            new HostPort("127.0.0.1", 0), table, null, self.Succession, services, TestContext.Current.CancellationToken);
        return self;
    }

    /// <summary>Puts the next leaves of the series at the end of the tree, and answers whoever waits for them.</summary>
    public void Grow(int leaves)
    {
        TreeAppender.Restore(Store).Append(Store, leaves);
        _localSize.Advance(Store.TreeHead.Size);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener!.DisposeAsync();
        _damage.Dispose();
        Store.Dispose();
        _key.Dispose();
    }
}
