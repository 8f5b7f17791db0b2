using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>
/// A complete log on loopback: primary, secondary and witnesses, each a process of its own, of either implementation in
/// any combination. Nothing here knows more than an operator does: files, options and ports.
/// </summary>
internal sealed class LogInstance : IAsyncDisposable
{
    private readonly List<TestWitness> _witnesses = [];
    private readonly PeerPrograms _peers;
    private LogNode? _primary;
    private LogNode? _secondary;
    private SshAgent? _agent;

    private LogInstance(PeerPrograms peers) => _peers = peers;

    public TempDirectory Folder { get; } = new();

    public TestKey Key { get; private set; } = null!;

    public LogNode Primary => _primary ?? throw new InvalidOperationException("The primary is not set up.");

    public LogNode Secondary => _secondary ?? throw new InvalidOperationException("The log has no secondary.");

    public IReadOnlyList<TestWitness> Witnesses => _witnesses;

    /// <summary>A policy for clients: this log, its witnesses, and the quorum that all of them make.</summary>
    public string ClientPolicyFile { get; private set; } = null!;

    public static async Task<LogInstance> StartAsync(
        PeerPrograms peers, LogSetup setup, CancellationToken cancellation, TestKey? key = null)
    {
        LogInstance log = new(peers);
        try
        {
            await log.SetUpAsync(setup, key, cancellation);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the agent that holds the log's key, if it runs, and starts another at the same place.</summary>
    public async Task RestartAgentAsync(CancellationToken cancellation)
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
        _agent = await SshAgent.StartAsync(_peers, Folder.PathOf("log.sock"), Key, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_primary is not null)
            await _primary.DisposeAsync();
        if (_secondary is not null)
            await _secondary.DisposeAsync();
        if (_agent is not null)
            await _agent.DisposeAsync();
        foreach (TestWitness witness in _witnesses)
            await witness.DisposeAsync();
        Folder.Dispose();
    }

    private async Task SetUpAsync(LogSetup setup, TestKey? key, CancellationToken cancellation)
    {
        foreach ((string name, string content) in setup.Files)
            Folder.Write(name, content);
        Key = key ?? await TestKey.GenerateAsync(_peers, Folder, "log", cancellation);
        if (setup.Witnesses)
        {
            _witnesses.Add(await TestWitness.StartSigsumWitnessAsync(_peers, Folder, Key, cancellation));
            _witnesses.Add(await TestWitness.StartLiteWitnessAsync(_peers, Folder, Key, cancellation));
        }

        CommandLines commands = new(_peers, Folder, setup.Interval, setup.UrlPrefix);
        _primary = new LogNode("primary");
        Uri logUrl = new(_primary.Url, setup.UrlPrefix);
        ClientPolicyFile = Folder.Write("client.policy", $"log {Key.PublicHex} {logUrl}\n{QuorumLines()}");
        List<string> arguments = ["--policy-file=" + Folder.Write("log.policy", QuorumLines())];
        if (setup.Secondary is { } kind)
        {
            TestKey secondaryKey = await TestKey.GenerateAsync(_peers, Folder, "secondary", cancellation);
            _secondary = new LogNode("secondary");
            string primaryUrl = "--primary-url=" + new Uri(_primary.InternalUrl, setup.UrlPrefix);
            await commands.ConfigureSecondaryAsync(_secondary, kind, secondaryKey, [primaryUrl], cancellation);
            arguments.Add("--secondary-url=" + new Uri(_secondary.InternalUrl, setup.UrlPrefix));
            arguments.Add("--secondary-pubkey-file=" + secondaryKey.PublicFile);
        }
        else if (setup.Primary == ServerKind.Ours)
        {
            arguments.Add("--no-secondary");
        }

        arguments.AddRange(setup.PrimaryArguments.Select(
            argument => argument.Replace("{dir}", Folder.FullName, StringComparison.Ordinal)));
        if (setup.KeyInAgent)
            await RestartAgentAsync(cancellation);
        await commands.ConfigurePrimaryAsync(_primary, setup, Key, _agent?.Socket, arguments, cancellation);

        await _primary.StartAsync(cancellation);
        if (_secondary is not null)
            await _secondary.StartAsync(cancellation);
    }

    private string QuorumLines() => _witnesses.Count == 0
        ? "quorum none\n"
        : string.Concat(_witnesses.Select(witness => witness.PolicyLine + "\n"))
          + $"group all-witnesses all {string.Join(' ', _witnesses.Select(witness => witness.Name))}\n"
          + "quorum all-witnesses\n";
}
