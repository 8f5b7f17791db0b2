using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Replication;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What can be found out about another node's tree, and fetched of it, over its feed.</summary>
public sealed class RemoteTreeTests : IAsyncDisposable
{
    private const int Most = 9;

    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly HttpClient _http = SigsumHttp.CreateForNodes();
    private readonly List<IDisposable> _stores = [];
    private SecondaryParts? _node;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        foreach (var store in _stores)
            store.Dispose();
        _http.Dispose();
        _key.Dispose();
    }

    /// <summary>Every pair of trees up to some size, equal up to some leaf and different from there on.</summary>
    [Fact]
    public async Task The_largest_common_tree_is_found_for_every_pair_of_small_trees()
    {
        var feed = await FeedAsync(Most);
        var tried = 0;
        for (ulong size = 0; size <= Most; size++)
        {
            for (ulong same = 0; same <= size; same++)
            {
                var own = Tree(same, size);
                for (ulong upTo = 0; upTo <= size; upTo++)
                {
                    var common = await new RemoteTree(feed).CommonPrefixAsync(own, upTo, Cancel);
                    var expected = Math.Min(upTo, same);
                    Assert.Equal(new TreeHead(expected, ProofBuilder.Root(expected, _node!.Store)), common);
                    tried++;
                }
            }
        }

        Assert.Equal(385, tried); // 1^2 + 2^2 + ... + 10^2
    }

    [Fact]
    public async Task Most_of_the_time_one_question_is_enough()
    {
        var feed = await FeedAsync(Most);
        Assert.Equal(Rfc6962.EmptyRoot, await new RemoteTree(feed).RootAsync(0, Cancel));
        for (ulong size = 1; size <= Most; size++)
            Assert.Equal(ProofBuilder.Root(size, _node!.Store), await new RemoteTree(feed).RootAsync(size, Cancel));
        await Assert.ThrowsAsync<LogClientException>(() => new RemoteTree(feed).RootAsync(Most + 2, Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Leaves_are_copied_up_to_a_head_and_told_on_the_way(int here)
    {
        var feed = await FeedAsync(1300);
        var own = Tree((ulong)here, (ulong)here);
        var target = new TreeHead(1200, ProofBuilder.Root(1200, _node!.Store));
        var told = new List<ulong>();
        await new LeafCopier(own).CopyAsync(feed, target, new Told(told.Add), Cancel);
        Assert.Equal(target, own.TreeHead);
        Assert.Equal(StoreData.Leaves(0, 1200), SetAsideFile.Read(own, 0, 1200));
        ulong[] expected = [(ulong)here + 512, (ulong)here + 1024, 1200];
        Assert.Equal(expected, told);
    }

    [Fact]
    public async Task Leaves_that_do_not_lead_to_the_head_are_not_stored()
    {
        var feed = await FeedAsync(600);
        var own = Tree(2, 2);
        var error = await Assert.ThrowsAsync<StoreException>(() => new LeafCopier(own).CopyAsync(
            feed, new TreeHead(600, Hash.Sha256([1])), null, Cancel));
        Assert.Contains("the leaves lead to root", error.Message, StringComparison.Ordinal);
        Assert.Equal(514ul, own.TreeHead.Size);

        own = Tree(1, 2);
        error = await Assert.ThrowsAsync<StoreException>(() => new LeafCopier(own).CopyAsync(
            feed, _node!.Store.TreeHead, null, Cancel));
        Assert.Contains("the other node has root", error.Message, StringComparison.Ordinal);
        Assert.Equal(2ul, own.TreeHead.Size);

        own = Tree(600, 600);
        error = await Assert.ThrowsAsync<StoreException>(() => new LeafCopier(own).CopyAsync(
            feed, new TreeHead(601, Hash.Sha256([1])), null, Cancel));
        Assert.Contains("the other node's tree ends at 600, before size 601", error.Message, StringComparison.Ordinal);
    }

    private async Task<FeedClient> FeedAsync(int leaves)
    {
        _node = await SecondaryParts.StartAsync(_key);
        _node.Grow(leaves);
        return new FeedClient(_http, _node.Url);
    }

    /// <summary>A tree here with some leaves of the other one, and then others.</summary>
    private MemoryLogStore Tree(ulong same, ulong size)
    {
        var store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
        _stores.Add(store);
        var appender = TreeAppender.Restore(store);
        if (same > 0)
            appender.Append(store, (int)same);
        if (size > same)
            store.Commit(appender.Prepare(StoreData.Leaves(1000, (int)(size - same))));
        return store;
    }
}
