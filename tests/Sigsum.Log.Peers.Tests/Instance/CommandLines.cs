using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>
/// What an operator types for each implementation. The options that both have are written once: that ours takes log-go's
/// command lines is part of what the tests show.
/// </summary>
internal sealed class CommandLines(PeerPrograms peers, TempDirectory folder, string interval, string urlPrefix)
{
    /// <summary>Gives birth to the log and says how its primary is started.</summary>
    /// <param name="node">Gets the command line.</param>
    /// <param name="setup">Whose program, and how it is born.</param>
    /// <param name="key">The log's key.</param>
    /// <param name="agentSocket">The ssh-agent that holds the key; null to give the program the private key.</param>
    /// <param name="arguments">Further options.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task ConfigurePrimaryAsync(
        LogNode node,
        LogSetup setup,
        TestKey key,
        string? agentSocket,
        IEnumerable<string> arguments,
        CancellationToken cancellation)
    {
        string sthFile = "--sth-file=" + folder.PathOf(node.Name + ".sth");
        ProgramResult birth = (setup.Primary, setup.BornByMktree) switch
        {
            (ServerKind.LogGo, _) => await ProgramProcess.RunAsync(peers["sigsum-mktree"], [sthFile], cancellation),
            (_, true) => await ProgramProcess.RunAsync(SigsumLog.Executable, ["mktree", sthFile], cancellation),
            _ => await InitAsync(node, "primary", [sthFile], cancellation),
        };
        birth.Succeeded();
        string keyFile = "--key-file=" + (agentSocket is null ? key.PrivateFile : key.PublicFile);
        string[] all = [.. Common(node, setup.Primary), keyFile, sthFile, .. arguments];
        Configure(node, setup.Primary, "primary", all, agentSocket);
    }

    public async Task ConfigureSecondaryAsync(
        LogNode node, ServerKind kind, TestKey key, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (kind == ServerKind.Ours)
            (await InitAsync(node, "secondary", [], cancellation)).Succeeded();
        string keyFile = "--key-file=" + key.PrivateFile;
        Configure(node, kind, "secondary", [.. Common(node, kind), keyFile, .. arguments], agentSocket: null);
    }

    private Task<ProgramResult> InitAsync(
        LogNode node, string role, IEnumerable<string> arguments, CancellationToken cancellation) =>
        ProgramProcess.RunAsync(
            SigsumLog.Executable,
            ["init", "--role=" + role, "--data-dir=" + DataDirectory(node), .. arguments],
            cancellation);

    private IEnumerable<string> Common(LogNode node, ServerKind kind) =>
    [
        "--interval=" + interval,
        "--url-prefix=" + urlPrefix,
        "--log-level=debug",
        kind == ServerKind.LogGo ? "--backend=ephemeral" : "--data-dir=" + DataDirectory(node),
    ];

    private void Configure(
        LogNode node, ServerKind kind, string role, IEnumerable<string> arguments, string? agentSocket)
    {
        if (kind == ServerKind.LogGo)
            node.Configure(peers["sigsum-log-" + role], arguments, agentSocket);
        else
            node.Configure(SigsumLog.Executable, arguments.Prepend(role), agentSocket);
    }

    private string DataDirectory(LogNode node) => folder.PathOf(node.Name + ".data");
}
