using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Pipeline;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Failover;

/// <summary>A promoted primary calls on everybody who may not know of it yet.</summary>
public sealed class HeraldTests : IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly HttpClient _http = SigsumHttp.CreateForNodes();
    private readonly FreePort _port = FreePort.Reserve();
    private readonly NodeServices _services;
    private readonly Succession _succession;
    private readonly List<SecondaryParts> _nodes = [];
    private readonly RosterKeeper _roster;

    public HeraldTests()
    {
        _services = NodeServices.Create(_time, NullLoggerFactory.Instance);
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, _log.PublicKey.KeyHash()));
        _succession = new Succession(_store, _services);
        _roster = new RosterKeeper(
            new PrimaryOptions { Node = new NodeOptions { KeyFile = "" } }, _log, _store, _succession, Connect, () => 0, _services);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _roster.Dispose();
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _port.Dispose();
        _http.Dispose();
        _store.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Everybody_on_the_list_is_told_and_taken_off_it()
    {
        var nodes = new[] { await NodeAsync(), await NodeAsync() };
        var record = await PromotedAsync();
        _store.CommitRecords([Herald.ToStore(nodes.Select(node => node.Url))]);
        await NewHerald().RunAsync(Cancel);
        Assert.All(nodes, node => Assert.Equal(record, Succession.Load(node.Store)));
        Assert.Null(_store.ReadRecord(Herald.RecordKey));
    }

    [Fact]
    public async Task Who_is_away_is_called_on_at_longer_and_longer_intervals_also_after_a_restart()
    {
        var here = await NodeAsync();
        await PromotedAsync();
        _store.CommitRecords([Herald.ToStore([_port.Url, here.Url])]);
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            var running = NewHerald().RunAsync(stop.Token);
            foreach (var wait in new[] { 100, 200, 400, 800, 1600, 3200, 5000 })
                Assert.Equal(TimeSpan.FromMilliseconds(wait), await _time.PassNextWaitAsync());
            Assert.Equal(TimeSpan.FromSeconds(5), await _time.NextWaitAsync());
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }

        Assert.Equal(1ul, Succession.Load(here.Store)!.Epoch);
        Assert.Equal(Herald.ToStore([_port.Url]).Value.ToArray(), _store.ReadRecord(Herald.RecordKey));
        var again = NewHerald().RunAsync(Cancel);
        await _time.NextWaitAsync();
        Assert.False(again.IsCompleted);
    }

    [Fact]
    public async Task Who_does_not_store_the_record_stays_on_the_list()
    {
        using var other = Ed25519Signer.Generate();
        await using var foreign = await SecondaryParts.StartAsync(other);
        await PromotedAsync();
        _store.CommitRecords([Herald.ToStore([foreign.Url])]);
        var running = NewHerald().RunAsync(Cancel);
        await _time.NextWaitAsync();
        Assert.False(running.IsCompleted);
        Assert.NotNull(_store.ReadRecord(Herald.RecordKey));
    }

    [Fact]
    public async Task Without_a_promotion_there_is_nothing_to_tell()
    {
        var node = await NodeAsync();
        _store.CommitRecords([Herald.ToStore([node.Url])]);
        await NewHerald().RunAsync(Cancel);
        Assert.NotNull(_store.ReadRecord(Herald.RecordKey));
        Assert.True(await Herald.TellAsync(Connect(node.Url), node.Greeting, _succession, Cancel));
        Assert.Null(Succession.Load(node.Store));
    }

    [Fact]
    public async Task Who_speaks_and_knows_less_is_told_at_once_and_who_knows_as_much_is_not()
    {
        var node = await NodeAsync();
        var record = await PromotedAsync();
        Assert.True(await Herald.TellAsync(Connect(node.Url), node.Greeting, _succession, Cancel));
        Assert.Equal(record, Succession.Load(node.Store));
        var nobody = Connect(_port.Url);
        Assert.True(await Herald.TellAsync(nobody, node.Greeting, _succession, Cancel));
        await Assert.ThrowsAsync<LogClientException>(
            () => Herald.TellAsync(nobody, NodeGreeting.For(Guid.NewGuid(), null), _succession, Cancel));
        using var other = Ed25519Signer.Generate();
        await using var foreign = await SecondaryParts.StartAsync(other);
        Assert.False(await Herald.TellAsync(Connect(foreign.Url), foreign.Greeting, _succession, Cancel));
    }

    private Herald NewHerald() => new(_store, _succession, _roster, Connect, _services);

    private NodeClient Connect(Uri url) => new(_http, url);

    private async Task<SecondaryParts> NodeAsync()
    {
        var node = await SecondaryParts.StartAsync(_log);
        _nodes.Add(node);
        return node;
    }

    private async Task<PromotionRecord> PromotedAsync()
    {
        var record = await PromotionRecord.SignAsync(
            1, _store.Identity.NodeId, new Uri("http://node.example/"), TreeHead.Empty, DateTimeOffset.UnixEpoch, _log, Cancel);
        _succession.Learn(record);
        return record;
    }
}
