using System.Text.Json;
using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>Two hosts of a log with a witness: configurations as in the runbook, and nodes that are processes.</summary>
internal sealed class NodePair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _logKey = Ed25519Signer.Generate();
    private readonly Ed25519Signer _witnessKey = Ed25519Signer.Generate();
    private readonly Ed25519Signer _submitter = Ed25519Signer.Generate();
    private readonly HttpClient _http = SigsumHttp.CreateForLogs();
    private readonly Dictionary<string, FreePort[]> _ports = new()
    {
        ["a"] = [FreePort.Reserve(), FreePort.Reserve()],
        ["b"] = [FreePort.Reserve(), FreePort.Reserve()],
    };

    private readonly Dictionary<string, ProgramProcess> _nodes = [];
    private TrialWitness _witness = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes keys, the witness and the configurations.</summary>
    public static async Task<NodePair> CreateAsync()
    {
        var pair = new NodePair();
        pair._witness = await TrialWitness.StartAsync(
            new TrialWitnessOptions { Name = "witness", Signer = pair._witnessKey, Logs = [pair._logKey.PublicKey] }, Cancellation);
        pair._folder.Write("policy", $"""
            # a policy for {SigsumOrigin.ForLog(pair._logKey.PublicKey)}
            witness witness {pair._witness.PublicKey} {pair._witness.Url.ToString().TrimEnd('/')}
            quorum witness

            """);
        pair.WriteKey("log.key", pair._logKey);
        foreach (var name in new[] { "a", "b" })
        {
            using var key = Ed25519Signer.Generate();
            pair.WriteKey($"{name}.key", key);
            pair.Configure(name, name == "a" ? "b" : "a");
        }

        return pair;
    }

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Everything that there is of a node: its directory and the files beside it.</summary>
    public IReadOnlyList<string> Content(string name) =>
    [
        .. Directory.Exists(PathOf(name)) ? FolderContent.Of(PathOf(name)) : [],
        .. Directory.EnumerateFiles(_folder.FullName, $"{name}.sth*").Order().Select(file => $"{file} {File.ReadAllText(file)}"),
    ];

    public string Config(string name) => $"--config={PathOf(name)}.toml";

    public Uri InternalUrl(string name) => _ports[name][1].Url;

    public async Task StartAsync(string name)
    {
        _nodes[name] = ProgramProcess.Start(
            SigsumLog.Executable, ["node", Config(name), "--interval=2s"],
            new Dictionary<string, string?> { ["SIGSUM_LOGSERVER_CONFIG"] = null });
        await _nodes[name].WaitForPortAsync(_ports[name][0], Patience, Cancellation);
    }

    public async Task StopAsync(string name)
    {
        _nodes[name].Signal(UnixSignal.Terminate);
        Assert.Equal(0, await _nodes[name].WaitForExitAsync(Patience, Cancellation));
    }

    public Task KillAsync(string name) => _nodes[name].KillAsync();

    /// <summary>Keeps a copy of a stopped node's directory and signed tree head.</summary>
    public void BackUp(string name)
    {
        FolderContent.Copy(PathOf(name), PathOf($"{name}.backup"));
        File.Copy(PathOf($"{name}.sth"), PathOf($"{name}.backup.sth"));
    }

    /// <summary>Puts the copy in the place of what a stopped node has now.</summary>
    public void PutBack(string name)
    {
        Directory.Delete(PathOf(name), recursive: true);
        Directory.Move(PathOf($"{name}.backup"), PathOf(name));
        File.Move(PathOf($"{name}.backup.sth"), PathOf($"{name}.sth"), overwrite: true);
    }

    public Task<JsonElement> StatusAsync(string name) => CommandRun.JsonAsync("status", Config(name));

    /// <summary>Waits until the status of a node is as it should be.</summary>
    public async Task<JsonElement> StatusAsync(string name, string what, Func<JsonElement, bool> holds)
    {
        var last = default(JsonElement);
        await Eventually.UntilAsync(what, Patience, async _ => holds(last = await StatusAsync(name)), Cancellation);
        return last;
    }

    /// <summary>Waits until the log is ready for failover, by what a node says.</summary>
    public Task<JsonElement> ReadyAsync(string name) =>
        StatusAsync(name, "a log that is ready", status => status.GetProperty("ready_for_failover").GetBoolean());

    /// <summary>Submits a leaf to a node until it is committed.</summary>
    public async Task CommitAsync(string name, byte number)
    {
        var request = await AddLeafRequest.SignAsync(Hash.Sha256([number]), _submitter, Cancellation);
        var client = new LogClient(_http, _ports[name][0].Url);
        await Eventually.UntilAsync(
            "a committed leaf", Patience,
            async cancel => await client.AddLeafAsync(request, null, cancel) == AddLeafStatus.Committed, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
            await node.DisposeAsync();
        await _witness.DisposeAsync();
        foreach (var port in _ports.Values.SelectMany(ports => ports))
            port.Dispose();
        _http.Dispose();
        _logKey.Dispose();
        _witnessKey.Dispose();
        _submitter.Dispose();
        _folder.Dispose();
    }

    private void WriteKey(string name, Ed25519Signer key)
    {
        _folder.Write(name, OpenSshKey.FormatPrivate(key));
        _folder.Write($"{name}.pub", OpenSshKey.FormatPublic(key.PublicKey));
    }

    private void Configure(string name, string other) => _folder.Write($"{name}.toml", $"""
        key-file = "{PathOf(name)}.key"
        data-dir = "{PathOf(name)}"
        external-endpoint = "{_ports[name][0].Endpoint}"
        internal-endpoint = "{_ports[name][1].Endpoint}"

        [primary]
        signing-key-file = "{PathOf("log.key")}"
        sth-file = "{PathOf(name)}.sth"
        policy-file = "{PathOf("policy")}"
        secondary-url = "{InternalUrl(other)}"
        secondary-pubkey-file = "{PathOf(other)}.key.pub"

        [secondary]
        primary-url = "{InternalUrl(other)}"
        log-key-file = "{PathOf("log.key.pub")}"

        """);
}
