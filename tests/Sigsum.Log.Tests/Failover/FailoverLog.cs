using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Failover;

/// <summary>
/// A log of any number of our own nodes in this process, with real stores and sockets, each of which can be primary or
/// secondary, be stopped, promoted, and made a secondary again.
/// </summary>
internal sealed class FailoverLog : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<FailoverNode> _nodes = [];
    private readonly Ed25519Signer _submitter = Ed25519Signer.Generate();

    public FailoverLog() => LogKeyFile = _directory.Write("log.key", OpenSshKey.FormatPrivate(LogKey));

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Ed25519Signer LogKey { get; } = Ed25519Signer.Generate();

    public string LogKeyFile { get; }

    public HttpClient Http { get; } = SigsumHttp.CreateForLogs();

    public string PathOf(string name) => _directory.PathOf(name);

    /// <summary>A node with a directory, keys and ports of its own; its store is made when it is first started.</summary>
    public FailoverNode Add(string name)
    {
        var key = Ed25519Signer.Generate();
        _directory.Write($"{name}.key", OpenSshKey.FormatPrivate(key));
        var node = new FailoverNode(this, name, key);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A primary and secondaries, all started, with one committed and published leaf.</summary>
    public static async Task<(FailoverLog Log, ImmutableArray<FailoverNode> Nodes)> StartAsync(int secondaries, int? quorum = null)
    {
        var log = new FailoverLog();
        ImmutableArray<FailoverNode> nodes = [.. Enumerable.Range(0, secondaries + 1).Select(i => log.Add($"{(char)('a' + i)}"))];
        foreach (var node in nodes[1..])
            await node.StartSecondaryAsync(nodes[0]);
        await nodes[0].StartPrimaryAsync(nodes[1..], quorum);
        await nodes[0].CommitAsync(1);
        await nodes[0].PublishedAsync(1);
        return (log, nodes);
    }

    public async Task StopAllAsync()
    {
        foreach (var node in _nodes)
            await node.StopAsync();
    }

    public async Task<AddLeafRequest> RequestAsync(int number) =>
        await AddLeafRequest.SignAsync(Hash.Sha256(BitConverter.GetBytes(number)), _submitter, Cancel);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        Http.Dispose();
        _directory.Dispose();
    }
}

/// <summary>One node of a <see cref="FailoverLog"/>.</summary>
internal sealed class FailoverNode(FailoverLog log, string name, Ed25519Signer key) : IAsyncDisposable
{
    private readonly FreePort _external = FreePort.Reserve();
    private readonly FreePort _internal = FreePort.Reserve();

    public string Directory => log.PathOf(name);

    public string SthFile => log.PathOf($"{name}.sth");

    public Uri InternalUrl => _internal.Url;

    public SecondaryPeer Peer => new(InternalUrl, key.PublicKey);

    public PrimaryNode? Primary { get; private set; }

    public SecondaryNode? Secondary { get; private set; }

    public RetiredNode? Retired { get; private set; }

    public NodeServices Services { get; private set; } = null!;

    public LogClient Client => new(log.Http, _external.Url);

    /// <summary>Its id, from the store; the node must be stopped.</summary>
    public Guid Id
    {
        get
        {
            using var store = RocksDbLogStore.Open(Directory);
            return store.Identity.NodeId;
        }
    }

    /// <summary>Its role, from the store; the node must be stopped.</summary>
    public NodeRole Role
    {
        get
        {
            using var store = RocksDbLogStore.Open(Directory);
            return store.Identity.Role;
        }
    }

    public async Task StartSecondaryAsync(FailoverNode primary, Func<SecondaryOptions, SecondaryOptions>? change = null)
    {
        if (!DataDirectory.Exists(Directory))
        {
            RocksDbLogStore.Create(Directory, StoreIdentity.ForNew(
                NodeRole.Secondary, TreeType.PreorderedLog, log.LogKey.PublicKey.KeyHash())).Dispose();
        }

        Services = NewServices();
        Secondary = await SecondaryNode.StartAsync((change ?? (o => o))(SecondaryOptions(primary)), Services, FailoverLog.Cancel);
    }

    public async Task StartPrimaryAsync(
        IEnumerable<FailoverNode> secondaries, int? quorum = null, Func<PrimaryOptions, PrimaryOptions>? change = null)
    {
        if (!DataDirectory.Exists(Directory))
            new StartupFile(SthFile, HostDisk.Instance).Create(StartupMode.Empty);
        Services = NewServices();
        var options = PrimaryOptions(secondaries, quorum);
        Primary = await PrimaryNode.StartAsync((change ?? (o => o))(options), Services, FailoverLog.Cancel);
    }

    /// <summary>Starts a node that was primary, and that knows of a later one.</summary>
    public async Task StartRetiredAsync(FailoverNode primary)
    {
        Services = NewServices();
        Retired = await RetiredNode.StartAsync(PrimaryOptions([primary], null), SecondaryOptions(primary), Services, FailoverLog.Cancel);
    }

    /// <summary>Waits until a retired node has another role, and stops it.</summary>
    public async Task RejoinedAsync()
    {
        await Assert.ThrowsAsync<NodeRestartException>(() => Retired!.Completion.WaitAsync(TestLog.Patience, FailoverLog.Cancel));
        await StopAsync();
    }

    public async Task StopAsync()
    {
        if (Primary is not null)
            await Primary.StopAsync(TestLog.Patience);
        if (Secondary is not null)
            await Secondary.StopAsync(TestLog.Patience);
        if (Retired is not null)
            await Retired.StopAsync(TestLog.Patience);
        await StopHardAsync();
    }

    /// <summary>Puts a leaf at the end of the stopped node's tree, as if its primary had given it that.</summary>
    public async Task<Leaf> AppendAsync(int number)
    {
        var leaf = (await log.RequestAsync(number)).ToLeaf();
        using var store = RocksDbLogStore.Open(Directory);
        store.Commit(TreeAppender.Restore(store).Prepare([leaf], [leaf.LeafHash()], []));
        return leaf;
    }

    /// <summary>Promotes the stopped node.</summary>
    public async Task<FailoverReport> PromoteAsync(
        FailoverNode before, Func<PromotionOptions, PromotionOptions>? change = null)
    {
        var options = new PromotionOptions { SthFile = SthFile, PrimaryUrl = before.InternalUrl, Node = Connection };
        using var store = RocksDbLogStore.Open(Directory);
        return await new Promotion(
                (change ?? (o => o))(options), store, log.LogKey, NewServices(), _ => Task.FromResult(true))
            .RunAsync(FailoverLog.Cancel);
    }

    /// <summary>Makes the stopped node a secondary of another one.</summary>
    public async Task<FailoverReport> RejoinAsync(
        FailoverNode primary, bool dryRun = false, bool keepAll = false, Func<string, bool>? agree = null)
    {
        using var store = RocksDbLogStore.Open(Directory);
        return await new Rejoin(
                new(Directory, SthFile, primary.InternalUrl, dryRun, Connection, keepAll), store, NewServices(),
                question => Task.FromResult(agree is null || agree(question)))
            .RunAsync(FailoverLog.Cancel);
    }

    /// <summary>Fetches leaves of another node into the stopped one.</summary>
    public Task<FailoverReport> RecoverAsync(FailoverNode from, bool dryRun = false, bool agree = true) => new Recover(
        new(Directory, SthFile, from.InternalUrl, log.LogKey.PublicKey, dryRun, Connection), NewServices(),
        _ => Task.FromResult(agree), null).RunAsync(FailoverLog.Cancel);

    /// <summary>Takes a copy of the stopped node's directory and sth file.</summary>
    public string CopyFiles()
    {
        var copy = log.PathOf($"{name}.copy");
        TestLog.Copy(Directory, copy);
        File.Copy(SthFile, Path.Combine(copy, "sth.copy"));
        return copy;
    }

    /// <summary>Puts the stopped node back to a copy.</summary>
    public void PutBackFiles(string copy)
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        TestLog.Copy(copy, Directory);
        File.Move(Path.Combine(Directory, "sth.copy"), SthFile, overwrite: true);
    }

    /// <summary>Posts a leaf until it is committed.</summary>
    public async Task CommitAsync(int number)
    {
        using var limit = new CancellationTokenSource(TestLog.Patience);
        var request = await log.RequestAsync(number);
        while (await TryAddAsync(request, limit.Token) != AddLeafStatus.Committed)
        {
        }
    }

    /// <summary>Posts a leaf once.</summary>
    public async Task<AddLeafStatus> AddAsync(int number) =>
        await Client.AddLeafAsync(await log.RequestAsync(number), null, FailoverLog.Cancel);

    /// <summary>Waits for a published head of at least this size.</summary>
    public async Task<CosignedTreeHead> PublishedAsync(ulong size)
    {
        Assert.True(
            size == 0 || await Primary!.Published.WaitAboveAsync(size - 1, TestLog.Patience, TimeProvider.System, FailoverLog.Cancel),
            $"size {size} was not published in time");
        return await TestLog.ShownAsync(Client);
    }

    public async ValueTask DisposeAsync()
    {
        await StopHardAsync();
        _external.Dispose();
        _internal.Dispose();
        key.Dispose();
    }

    private async Task StopHardAsync()
    {
        if (Primary is not null)
            await Primary.DisposeAsync();
        if (Secondary is not null)
            await Secondary.DisposeAsync();
        if (Retired is not null)
            await Retired.DisposeAsync();
        (Primary, Secondary, Retired) = (null, null, null);
    }

    private async Task<AddLeafStatus> TryAddAsync(AddLeafRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Client.AddLeafAsync(request, null, cancellationToken);
        }
        catch (LogClientException error) when (error.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            return AddLeafStatus.Accepted;
        }
    }

    private static NodeOptions Connection => new() { KeyFile = "", Timeout = TimeSpan.FromSeconds(20) };

    private static NodeServices NewServices() => NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);

    private SecondaryOptions SecondaryOptions(FailoverNode primary) =>
        new() { Node = Options(log.PathOf($"{name}.key")), PrimaryUrl = primary.InternalUrl };

    private PrimaryOptions PrimaryOptions(IEnumerable<FailoverNode> secondaries, int? quorum)
    {
        ImmutableArray<SecondaryPeer> peers = [.. secondaries.Select(node => node.Peer)];
        return new()
        {
            Node = Options(log.LogKeyFile),
            SthFile = SthFile,
            Secondaries = peers,
            SecondaryQuorum = quorum ?? peers.Length,
            NoSecondary = peers.IsEmpty,
            CommitWait = TimeSpan.FromMilliseconds(500),
        };
    }

    private NodeOptions Options(string keyFile) => new()
    {
        KeyFile = keyFile,
        DataDir = Directory,
        ExternalEndpoint = new HostPort("127.0.0.1", _external.Number),
        InternalEndpoint = new HostPort("127.0.0.1", _internal.Number),
        Interval = TimeSpan.FromSeconds(2),
        Timeout = TimeSpan.FromSeconds(20),
    };
}
