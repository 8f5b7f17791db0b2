using System.Buffers;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>
/// A log instance of our own nodes in this process, with real stores, real sockets and a witness whose behaviour
/// the test sets. Nodes can be stopped, put back to a copy of their directory, and started again.
/// </summary>
internal sealed class TestLog : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _directory = new();
    private readonly FreePort[] _ports = [.. Enumerable.Range(0, 6).Select(_ => FreePort.Reserve())];

    public TestLog()
    {
        LogKey = WriteKey("log.key");
        SecondaryKey = WriteKey("secondary.key");
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Ed25519Signer LogKey { get; }

    public Ed25519Signer SecondaryKey { get; }

    public Ed25519Signer Submitter { get; } = Ed25519Signer.Generate();

    public PrimaryNode? Primary { get; private set; }

    public SecondaryNode? Secondary { get; private set; }

    public TrialWitness? Witness { get; private set; }

    /// <summary>A second secondary, with a store of its own and the same key.</summary>
    public SecondaryNode? OtherSecondary { get; private set; }

    public NodeServices PrimaryServices { get; private set; } = null!;

    public NodeServices SecondaryServices { get; private set; } = null!;

    public HttpClient Http { get; } = SigsumHttp.CreateForLogs();

    public LogClient Client => new(Http, ExternalUrl);

    public Uri ExternalUrl => _ports[0].Url;

    public Uri PrimaryInternalUrl => Internal(_ports[1]);

    public Uri SecondaryInternalUrl => Internal(_ports[2]);

    public Uri SecondaryExternalUrl => _ports[3].Url;

    public SecondaryPeer OtherPeer => new(Internal(_ports[4]), SecondaryKey.PublicKey);

    /// <summary>
    /// Where set, nodes that are started from then on authenticate each other with the files of this, given the name of
    /// their data directory.
    /// </summary>
    public Func<string, InternalTlsFiles>? Tls { get; set; }

    public string SthFile => PathOf("sth");

    /// <summary>Time between two checks of a whole store by a running node.</summary>
    public TimeSpan ScrubInterval { get; set; } = TimeSpan.FromHours(1);

    public string PathOf(string name) => _directory.PathOf(name);

    public string WriteFile(string name, string content) => _directory.Write(name, content);

    public async Task StartWitnessAsync()
    {
        Witness = await TrialWitness.StartAsync(
            new TrialWitnessOptions { Name = "w", Signer = Ed25519Signer.Generate(), Logs = [LogKey.PublicKey] }, Cancel);
        WriteFile("policy", $"witness w {Witness.PublicKey} {Witness.Url}\nquorum w\n");
    }

    public async Task StartSecondaryAsync()
    {
        SecondaryServices = Services();
        Secondary = await StartSecondaryAsync("secondary", _ports[3], _ports[2], SecondaryServices);
    }

    public async Task StartOtherSecondaryAsync() =>
        OtherSecondary = await StartSecondaryAsync("other", _ports[5], _ports[4], Services());

    public async Task StartPrimaryAsync(Func<PrimaryOptions, PrimaryOptions>? change = null)
    {
        if (!File.Exists(SthFile) && new StartupFile(SthFile, HostDisk.Instance).Read() == StartupMode.Saved)
            new StartupFile(SthFile, HostDisk.Instance).Create(StartupMode.Empty);
        var options = new PrimaryOptions
        {
            Node = Node("log.key", "primary", _ports[0], _ports[1]),
            PolicyFile = Witness is null ? null : PathOf("policy"),
            SthFile = SthFile,
            Secondaries = [new SecondaryPeer(SecondaryInternalUrl, SecondaryKey.PublicKey)],
        };
        PrimaryServices = Services();
        Primary = await PrimaryNode.StartAsync((change ?? (o => o))(options), PrimaryServices, Cancel);
    }

    public async Task StopPrimaryAsync()
    {
        await Primary!.StopAsync(Patience);
        await Primary.DisposeAsync();
        Primary = null;
    }

    public async Task StopOtherSecondaryAsync()
    {
        await OtherSecondary!.StopAsync(Patience);
        await OtherSecondary.DisposeAsync();
        OtherSecondary = null;
    }

    public async Task StopSecondaryAsync()
    {
        await Secondary!.StopAsync(Patience);
        await Secondary.DisposeAsync();
        Secondary = null;
    }

    /// <summary>A copy of a node's directory, as a backup would be; the node must be stopped.</summary>
    public void Backup(string node) => Copy(PathOf(node), PathOf(node + ".backup"));

    /// <summary>Puts a node's directory back to its copy.</summary>
    public void Restore(string node)
    {
        Directory.Delete(PathOf(node), recursive: true);
        Copy(PathOf(node + ".backup"), PathOf(node));
    }

    public async Task<AddLeafRequest> RequestAsync(int number) =>
        await AddLeafRequest.SignAsync(Hash.Sha256(BitConverter.GetBytes(number)), Submitter, Cancel);

    /// <summary>
    /// Gives both nodes, which have not been started yet, the same tree, as if its leaves had been submitted; the head
    /// of the first <paramref name="signed"/> leaves is signed and published.
    /// </summary>
    public async Task FillAsync(int count, int signed)
    {
        var leaves = new List<Leaf>(count);
        for (var number = 0; number < count; number++)
            leaves.Add((await RequestAsync(number)).ToLeaf());
        foreach (var (node, role, type) in new[]
        {
            ("primary", NodeRole.Primary, TreeType.Log), ("secondary", NodeRole.Secondary, TreeType.PreorderedLog),
        })
        {
            using var store = RocksDbLogStore.Create(
                PathOf(node), StoreIdentity.ForNew(role, type, LogKey.PublicKey.KeyHash()));
            store.Commit(TreeAppender.Restore(store).Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []));
            if (role != NodeRole.Primary)
                continue;
            var head = await SignedTreeHead.SignAsync(
                new TreeHead((ulong)signed, ProofBuilder.Root((ulong)signed, store)), LogKey, Cancel);
            new SthFile(SthFile, HostDisk.Instance).Store(head);
            var body = new ArrayBufferWriter<byte>();
            new CosignedTreeHead(head, []).Write(body);
            store.CommitRecords([new StoreRecord(Publisher.RecordKey, body.WrittenMemory)]);
        }
    }

    /// <summary>Posts a leaf once.</summary>
    public async Task<AddLeafStatus> AddAsync(int number) =>
        await Client.AddLeafAsync(await RequestAsync(number), null, Cancel);

    /// <summary>Posts a leaf until it is committed.</summary>
    public async Task CommitAsync(int number)
    {
        using var limit = new CancellationTokenSource(Patience);
        var request = await RequestAsync(number);
        while (await Client.AddLeafAsync(request, null, limit.Token) != AddLeafStatus.Committed)
        {
        }
    }

    /// <summary>Readers hear 503.</summary>
    public async Task ShowsNothingAsync()
    {
        var refused = await Assert.ThrowsAsync<LogClientException>(() => Client.GetTreeHeadAsync(Cancel));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    /// <summary>The head that readers are shown, as soon as they are shown one: a primary that starts is doubted first.</summary>
    public Task<CosignedTreeHead> ShownAsync() => ShownAsync(Client);

    /// <inheritdoc cref="ShownAsync()"/>
    public static Task<CosignedTreeHead> ShownAsync(LogClient client) => Testing.Eventually.GetAsync(
        "a head to be shown", Patience, async cancel =>
        {
            try
            {
                return await client.GetTreeHeadAsync(cancel);
            }
            catch (LogClientException error) when (error.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }
        }, Cancel);

    /// <summary>Waits for a published tree head of at least this size.</summary>
    public async Task<CosignedTreeHead> PublishedAsync(ulong size)
    {
        Assert.True(
            await Primary!.Published.WaitAboveAsync(size - 1, Patience, TimeProvider.System, Cancel),
            $"size {size} was not published in time");
        return await ShownAsync();
    }

    /// <summary>Waits until a condition of a node's health has a reason that contains the words.</summary>
    public static async Task NotReadyAsync(NodeServices services, params string[] because)
    {
        var said = "";
        try
        {
            await Eventually.UntilAsync(
                $"a node that says: {string.Join(" or ", because)}", Patience,
                _ =>
                {
                    said = services.Health.Readiness().Text;
                    return Task.FromResult(because.Any(text => said.Contains(text, StringComparison.Ordinal)));
                }, Cancel);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It said: {said}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Primary is not null)
            await Primary.DisposeAsync();
        if (Secondary is not null)
            await Secondary.DisposeAsync();
        if (OtherSecondary is not null)
            await OtherSecondary.DisposeAsync();
        if (Witness is not null)
            await Witness.DisposeAsync();
        Http.Dispose();
        foreach (var port in _ports)
            port.Dispose();
        _directory.Dispose();
    }

    private static NodeServices Services() => NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(directory.Replace(from, to, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
    }

    private Uri Internal(FreePort port) => new UriBuilder(port.Url) { Scheme = Tls is null ? "http" : "https" }.Uri;

    private async Task<SecondaryNode> StartSecondaryAsync(
        string name, FreePort external, FreePort local, NodeServices services)
    {
        var data = PathOf(name);
        if (!DataDirectory.Exists(data))
        {
            RocksDbLogStore.Create(data, StoreIdentity.ForNew(
                NodeRole.Secondary, TreeType.PreorderedLog, LogKey.PublicKey.KeyHash())).Dispose();
        }

        var options = new SecondaryOptions
        {
            Node = Node("secondary.key", name, external, local),
            PrimaryUrl = PrimaryInternalUrl,
            LogPublicKey = LogKey.PublicKey,
        };
        return await SecondaryNode.StartAsync(options, services, Cancel);
    }

    private Ed25519Signer WriteKey(string name)
    {
        var key = Ed25519Signer.Generate();
        WriteFile(name, OpenSshKey.FormatPrivate(key));
        return key;
    }

    private NodeOptions Node(string key, string data, FreePort external, FreePort local) => new()
    {
        KeyFile = PathOf(key),
        DataDir = PathOf(data),
        ExternalEndpoint = new HostPort("127.0.0.1", external.Number),
        InternalEndpoint = new HostPort("127.0.0.1", local.Number),
        InternalTls = Tls?.Invoke(data),
        Interval = TimeSpan.FromSeconds(2),
        ScrubRate = 1_000_000,
        ScrubInterval = ScrubInterval,
    };
}
