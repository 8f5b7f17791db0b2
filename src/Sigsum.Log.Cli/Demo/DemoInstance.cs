using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sigsum.Checkpoints;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;

namespace Sigsum.Log.Cli.Demo;

/// <summary>A complete log instance in one process: a primary, a secondary and a witness on loopback.</summary>
internal sealed class DemoInstance : IAsyncDisposable
{
    private const string WitnessName = "demo-witness";

    private readonly LoggingSetup _logging;
    private readonly TrialWitness _witness;
    private readonly SecondaryNode _secondary;
    private readonly PrimaryNode _primary;

    private DemoInstance(
        LoggingSetup logging, TrialWitness witness, SecondaryNode secondary, PrimaryNode primary)
    {
        _logging = logging;
        _witness = witness;
        _secondary = secondary;
        _primary = primary;
    }

    /// <summary>Where the log is.</summary>
    public Uri LogUrl => _primary.ExternalUrl;

    /// <summary>Metrics and health of the primary.</summary>
    public Uri PrimaryInternalUrl => _primary.InternalUrl;

    /// <summary>The secondary's address for nodes.</summary>
    public Uri SecondaryUrl => _secondary.InternalUrl;

    /// <summary>Where the witness is.</summary>
    public Uri WitnessUrl => _witness.Url;

    /// <summary>Completes when a node fails.</summary>
    public Task Completion => Task.WhenAny(_primary.Completion, _secondary.Completion).Unwrap();

    /// <summary>Makes what is missing, and starts the three.</summary>
    public static async Task<DemoInstance> StartAsync(DemoFiles files, CancellationToken cancellationToken)
    {
        var logKey = DemoFiles.Key(files.LogKey).PublicKey;
        var secondaryKey = DemoFiles.Key(files.SecondaryKey).PublicKey;
        DemoFiles.Key(files.SubmitterKey).Dispose();
        files.CreateStores(logKey);
        if (!DataDirectory.Exists(files.PrimaryData) && !File.Exists(files.Sth))
            new StartupFile(files.Sth).Create(StartupMode.Empty);

        var witness = await TrialWitness.StartAsync(
            new TrialWitnessOptions
            {
                Name = WitnessName,
                Signer = DemoFiles.Key(files.WitnessKey),
                Logs = [logKey],
                StatePath = files.WitnessState,
            },
            cancellationToken);
        var ports = FreePorts(3);
        var logUrl = new Uri($"http://127.0.0.1:{ports[0]}/");
        await File.WriteAllTextAsync(files.Policy, Policy(logKey, logUrl, witness), cancellationToken);

        var logging = LoggingSetup.Create(LogLevel.Information, files.LogFile, TimeProvider.System);
        var secondary = await SecondaryNode.StartAsync(
            new SecondaryOptions
            {
                Node = Node(files.SecondaryKey, files.SecondaryData, 0, ports[2]),
                PrimaryUrl = new Uri($"http://127.0.0.1:{ports[1]}/"),
                LogPublicKey = logKey,
            },
            NodeServices.Create(TimeProvider.System, logging.Factory), cancellationToken);
        var primary = await PrimaryNode.StartAsync(
            new PrimaryOptions
            {
                Node = Node(files.LogKey, files.PrimaryData, ports[0], ports[1]),
                PolicyFile = files.Policy,
                SthFile = files.Sth,
                Secondaries = [new SecondaryPeer(secondary.InternalUrl, secondaryKey)],
            },
            NodeServices.Create(TimeProvider.System, logging.Factory), cancellationToken);
        return new DemoInstance(logging, witness, secondary, primary);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _primary.StopAsync(NodeProgram.StopLimit);
        await _secondary.StopAsync(NodeProgram.StopLimit);
        await _primary.DisposeAsync();
        await _secondary.DisposeAsync();
        await _witness.DisposeAsync();
        _logging.Dispose();
    }

    private static NodeOptions Node(string keyFile, string dataDir, int external, int @internal) => new()
    {
        KeyFile = keyFile,
        DataDir = dataDir,
        ExternalEndpoint = new HostPort("127.0.0.1", external),
        InternalEndpoint = new HostPort("127.0.0.1", @internal),
    };

    private static string Policy(Crypto.PublicKey logKey, Uri logUrl, TrialWitness witness) =>
        $"""
        # a policy for {SigsumOrigin.ForLog(logKey)}
        log {logKey} {logUrl.ToString().TrimEnd('/')}
        witness {WitnessName} {witness.PublicKey} {witness.Url.ToString().TrimEnd('/')}
        quorum {WitnessName}

        """;

    /// <summary>
    /// Ports that are free now. The nodes must know each other's before either listens; on loopback nobody takes
    /// them in between.
    /// </summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
