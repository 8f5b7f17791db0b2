using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Sigsum.Testing;

/// <summary>
/// A real program, run as a process of its own. What it writes is kept and, when it was started inside a test, copied
/// to the test's output, which the runner shows for failed tests. Disposing kills it; so does the end of the tests.
/// </summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    private const string DefaultSignals = "--default-signal=INT,QUIT,TERM,HUP";
    private static readonly HashSet<ProgramProcess> Running = [];
    private static readonly Lazy<bool> CanResetSignals = new(TryResetSignals);
    private readonly Process _process;
    private readonly ITestOutputHelper? _testOutput = TestContext.Current.TestOutputHelper;

    static ProgramProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        lock (Running)
        {
            foreach (ProgramProcess program in Running)
                program.KillQuietly();
        }
    };

    private ProgramProcess(string program, Process process)
    {
        Name = Path.GetFileName(program);
        _process = process;
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public ProgramOutput Output { get; } = new();

    /// <summary>Starts <paramref name="program"/>. Its input is empty; <paramref name="environment"/> is added to
    /// ours, and a null value there removes a variable.</summary>
    public static ProgramProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null)
    {
        ProcessStartInfo start = Describe(program, arguments, environment, workingDirectory);
        ProgramProcess started = new(program, new Process { StartInfo = start });
        started._process.OutputDataReceived += (_, e) => started.OnLine(e.Data);
        started._process.ErrorDataReceived += (_, e) => started.OnLine(e.Data);
        lock (Running)
        {
            started._process.Start();
            Running.Add(started);
        }

        started._process.StandardInput.Close();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Runs <paramref name="program"/> to its end and returns how it ended; kills it when it takes longer than
    /// <paramref name="timeout"/> (default: a minute).</summary>
    public static async Task<ProgramResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellation,
        string input = "",
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        TimeSpan? timeout = null)
    {
        using Process process = new() { StartInfo = Describe(program, arguments, environment, workingDirectory) };
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout ?? TimeSpan.FromMinutes(1));
        process.Start();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await WriteInputAsync(process, input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProgramResult(Path.GetFileName(program), process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end in time.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Waits for a line of output. <paramref name="from"/>: the number of lines to pass over, to wait for what
    /// comes after something that was seen already.</summary>
    public async Task<string> WaitForLineAsync(
        Func<string, bool> match, TimeSpan timeout, CancellationToken cancellation, int from = 0)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            return await Output.FindAsync(match, from, limit.Token)
                ?? throw Failure("ended without the awaited line");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failure($"did not write the awaited line in {timeout.TotalSeconds} s");
        }
    }

    public Task<string> WaitForLineAsync(string containing, TimeSpan timeout, CancellationToken cancellation) =>
        WaitForLineAsync(line => line.Contains(containing, StringComparison.Ordinal), timeout, cancellation);

    /// <summary>Waits until the port on loopback takes connections.</summary>
    public async Task WaitForPortAsync(FreePort port, TimeSpan timeout, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using TcpClient client = new();
                await client.ConnectAsync("127.0.0.1", port.Number, cancellation);
                return;
            }
            catch (SocketException) when (!HasExited && Stopwatch.GetElapsedTime(start) < timeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
            }
            catch (SocketException)
            {
                throw Failure(HasExited ? "ended" : $"does not listen on {port.Endpoint} after {timeout.TotalSeconds} s");
            }
        }
    }

    /// <summary>Sends a signal. To a program that has ended already: nothing happens.</summary>
    public void Signal(UnixSignal signal)
    {
        if (!_process.HasExited)
            Signals.Send(_process.Id, signal);
    }

    /// <summary>SIGSTOP, and waits until no thread of the program runs; SIGCONT lets it go on.</summary>
    public async Task FreezeAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        Signal(UnixSignal.Stop);
        await Eventually.UntilAsync(
            $"{Name} to stand still", timeout, _ => Task.FromResult(HasExited || Threads().All(state => state == 'T')), cancellation);

        // The state is the first field after the thread's name, which is in parentheses and may hold any character.
        IEnumerable<char> Threads() => Directory
            .EnumerateDirectories($"/proc/{_process.Id}/task")
            .Select(thread => File.ReadAllText(Path.Combine(thread, "stat")))
            .Select(stat => stat[stat.LastIndexOf(')') + 2]);
    }

    /// <summary>Waits for the end and returns the exit code (128 + n when signal n ended it).</summary>
    public async Task<int> WaitForExitAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failure($"is still running after {timeout.TotalSeconds} s");
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        KillQuietly();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Kills the program, if it still runs. A second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (Running)
        {
            if (!Running.Contains(this))
                return;
        }

        await KillAsync();
        lock (Running)
            Running.Remove(this);
        _process.Dispose();
    }

    /// <summary>
    /// Tests that run in the background of a script inherit that Ctrl-C is ignored, and would hand it on; env, which
    /// becomes the program, gives the signals their meaning back.
    /// </summary>
    private static (string File, IEnumerable<string> Arguments) ListeningToSignals(
        string program, IEnumerable<string> arguments) =>
        CanResetSignals.Value ? ("/usr/bin/env", [DefaultSignals, program, .. arguments]) : (program, arguments);

    private static bool TryResetSignals()
    {
        try
        {
            using Process probe = Process.Start("/usr/bin/env", [DefaultSignals, "true"]);
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }

    private static ProcessStartInfo Describe(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment,
        string? workingDirectory)
    {
        (string file, IEnumerable<string> all) = ListeningToSignals(program, arguments);
        ProcessStartInfo start = new(file, all)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return start;
    }

    private static async Task WriteInputAsync(Process process, string input, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; how it ended is what the caller looks at.
        }
    }

    private void OnLine(string? line)
    {
        Output.Add(line);
        if (line is null || _testOutput is null)
            return;
        try
        {
            _testOutput.WriteLine($"{Name}[{_process.Id}] {line}");
        }
        catch (InvalidOperationException)
        {
            // The test that started the program is over.
        }
    }

    private void KillQuietly()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It was never started, or is disposed.
        }
    }

    private InvalidOperationException Failure(string what) => new($"{Name} {what}. It wrote:\n{Output}");
}
