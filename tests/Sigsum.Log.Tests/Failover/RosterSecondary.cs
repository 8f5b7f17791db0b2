using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Machine;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What a secondary has for rosters and promotions: a store, a socket, and the endpoints of the real node.</summary>
internal sealed class RosterSecondary : IAsyncDisposable
{
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly INodeListener _listener;

    private RosterSecondary(MemoryLogStore store, Succession succession, INodeListener listener) =>
        (Store, Succession, _listener) = (store, succession, listener);

    public MemoryLogStore Store { get; }

    public Succession Succession { get; }

    /// <summary>How often it was told a roster, taken or not.</summary>
    public int Told { get; private set; }

    /// <summary>Called before it answers that.</summary>
    public Func<Task> WhenTold { get; set; } = () => Task.CompletedTask;

    public Roster? Roster => RosterRecord.Load(Store);

    public NodeGreeting Greeting => Succession.Greeting;

    public SecondaryPeer Peer => new(_listener.Url, _key.PublicKey);

    public RosterEntry Entry => new(Greeting.NodeId, _key.PublicKey, _listener.Url);

    /// <summary>Starts one that belongs to a log.</summary>
    public static async Task<RosterSecondary> StartAsync(Ed25519Signer logKey)
    {
        var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, logKey.PublicKey.KeyHash()));
        RosterSecondary? self = null;
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        var succession = new Succession(store, services);
        var roster = new RosterEndpoint(store, succession, services).Endpoint;
        var counted = roster with
        {
            Handler = async (context, arguments) =>
            {
                self!.Told++;
                await self.WhenTold();
                await roster.Handler(context, arguments);
            },
        };
        var table = new EndpointTable("", [counted, RosterEndpoint.Get(store)], null, services.Time, services.Logger<EndpointTable>());
        var listener = await NodeListener.StartInternalAsync(
            new HostPort("127.0.0.1", 0), table, null, succession, services, TestContext.Current.CancellationToken);
        self = new RosterSecondary(store, succession, listener);
        return self;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        Store.Dispose();
        _key.Dispose();
    }
}
