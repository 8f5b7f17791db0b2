namespace Sigsum.Testing;

/// <summary>A real ssh-agent with a socket of its own.</summary>
public sealed class SshAgent : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly PeerPrograms _programs;
    private ProgramProcess _process;

    private SshAgent(PeerPrograms programs, string socket, ProgramProcess process) =>
        (_programs, Socket, _process) = (programs, socket, process);

    /// <summary>The path of its socket.</summary>
    public string Socket { get; }

    public static async Task<SshAgent> StartAsync(
        PeerPrograms programs, string socket, CancellationToken cancellation) =>
        new(programs, socket, await RunAsync(programs, socket, cancellation));

    /// <summary>Adds the key of an OpenSSH private key file.</summary>
    public async Task AddAsync(string keyFile, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite); // else ssh-add refuses it
        await SshAddAsync([keyFile], cancellation);
    }

    /// <summary>Makes it forget all keys.</summary>
    public Task ForgetAsync(CancellationToken cancellation) => SshAddAsync(["-D"], cancellation);

    /// <summary>Kills it, which leaves the socket behind as a file that nobody listens on.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts it anew on the same socket, without keys.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await _process.DisposeAsync();
        File.Delete(Socket);
        _process = await RunAsync(_programs, Socket, cancellation);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>The fingerprint <c>SHA256:...</c> of a key file, as programs name keys in an agent.</summary>
    public static async Task<string> FingerprintAsync(
        PeerPrograms programs, string keyFile, CancellationToken cancellation)
    {
        ProgramResult result = await ProgramProcess.RunAsync(programs["ssh-keygen"], ["-lf", keyFile], cancellation);
        return result.Succeeded().Output.Split(' ')[1];
    }

    private static async Task<ProgramProcess> RunAsync(
        PeerPrograms programs, string socket, CancellationToken cancellation)
    {
        ProgramProcess process = ProgramProcess.Start(programs["ssh-agent"], ["-D", "-a", socket]);
        await process.WaitForLineAsync("SSH_AUTH_SOCK", s_limit, cancellation);
        return process;
    }

    private async Task SshAddAsync(string[] arguments, CancellationToken cancellation)
    {
        var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = Socket };
        ProgramResult result = await ProgramProcess.RunAsync(
            _programs["ssh-add"], arguments, cancellation, environment: environment);
        result.Succeeded();
    }
}
