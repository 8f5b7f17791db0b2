using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>
/// What an operator types for each implementation. The options that both have are written once: that ours takes log-go's
/// command lines is part of what the tests show.
/// </summary>
internal sealed class CommandLines(PeerPrograms peers, TempDirectory folder, string interval, string urlPrefix)
{
    /// <summary>Gives birth to the log and says how its primary is started.</summary>
    public async Task ConfigurePrimaryAsync(
        LogNode node, ServerKind kind, TestKey key, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        string sthFile = folder.PathOf(node.Name + ".sth");
        (await RunMakeTreeAsync(kind, node, sthFile, cancellation)).Succeeded();
        Configure(node, kind, "primary", [.. Common(node, kind, key), "--sth-file=" + sthFile, .. arguments]);
    }

    public async Task ConfigureSecondaryAsync(
        LogNode node, ServerKind kind, TestKey key, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (kind == ServerKind.Ours)
        {
            string[] init = ["init", "--role=secondary", "--data-dir=" + DataDirectory(node)];
            (await ProgramProcess.RunAsync(SigsumLog.Executable, init, cancellation)).Succeeded();
        }

        Configure(node, kind, "secondary", [.. Common(node, kind, key), .. arguments]);
    }

    private Task<ProgramResult> RunMakeTreeAsync(
        ServerKind kind, LogNode node, string sthFile, CancellationToken cancellation) => kind switch
        {
            ServerKind.LogGo => ProgramProcess.RunAsync(
                peers["sigsum-mktree"], ["--sth-file=" + sthFile], cancellation),
            _ => ProgramProcess.RunAsync(
                SigsumLog.Executable,
                ["mktree", "--sth-file=" + sthFile, "--data-dir=" + DataDirectory(node)],
                cancellation),
        };

    private IEnumerable<string> Common(LogNode node, ServerKind kind, TestKey key) =>
    [
        "--key-file=" + key.PrivateFile,
        "--interval=" + interval,
        "--url-prefix=" + urlPrefix,
        "--log-level=debug",
        kind == ServerKind.LogGo ? "--backend=ephemeral" : "--data-dir=" + DataDirectory(node),
    ];

    private void Configure(LogNode node, ServerKind kind, string role, IEnumerable<string> arguments)
    {
        if (kind == ServerKind.LogGo)
            node.Configure(peers["sigsum-log-" + role], arguments);
        else
            node.Configure(SigsumLog.Executable, arguments.Prepend(role));
    }

    private string DataDirectory(LogNode node) => folder.PathOf(node.Name + ".data");
}
