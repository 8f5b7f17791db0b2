using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>A real ssh-agent that holds one key.</summary>
internal sealed class SshAgent : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ProgramProcess _process;

    private SshAgent(ProgramProcess process, string socket) => (_process, Socket) = (process, socket);

    public string Socket { get; }

    public static async Task<SshAgent> StartAsync(
        PeerPrograms peers, string socket, TestKey key, CancellationToken cancellation)
    {
        File.Delete(socket); // a killed agent leaves it behind
        SshAgent agent = new(ProgramProcess.Start(peers["ssh-agent"], ["-D", "-a", socket]), socket);
        try
        {
            await agent._process.WaitForLineAsync("SSH_AUTH_SOCK=", Patience, cancellation);
            Dictionary<string, string?> environment = new() { ["SSH_AUTH_SOCK"] = socket };
            (await ProgramProcess.RunAsync(peers["ssh-add"], [key.PrivateFile], cancellation, environment: environment))
                .Succeeded();
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
