using System.Collections.Concurrent;
using System.Globalization;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>
/// Debian's sigsum-submit as a user runs it, again and again: a message of its own each time, tried until there is a
/// proof. The proofs are kept, to be verified when all is over.
/// </summary>
internal sealed class SubmitLoop(
    PeerPrograms peers, TempDirectory folder, HazardKey submitter, string policyFile, ClientNotes notes) : ClientLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentQueue<string> _proofs = [];

    /// <summary>The files of the proofs so far; the message of each is beside it, in a file without the ending.</summary>
    public IReadOnlyCollection<string> Proofs => _proofs;

    /// <summary>Verifies a proof with sigsum-verify.</summary>
    public async Task<ProgramResult> VerifyAsync(string proof, CancellationToken cancellation) =>
        await ProgramProcess.RunAsync(
            peers["sigsum-verify"],
            ["-k", submitter.PublicFile, "-p", policyFile, proof],
            cancellation,
            input: await File.ReadAllTextAsync(Path.ChangeExtension(proof, null), cancellation));

    protected override async Task RunAsync(CancellationToken enough)
    {
        for (int i = 0; !enough.IsCancellationRequested; i++)
        {
            string message = folder.Write(
                string.Create(CultureInfo.InvariantCulture, $"message{i}"), $"message {i} {Guid.NewGuid()}\n");
            while (!enough.IsCancellationRequested && !await SubmitAsync(message, enough))
                await PauseAsync(Pause, enough);
            await PauseAsync(Pause, enough);
        }
    }

    /// <summary>One run of the program; whether it wrote a proof.</summary>
    private async Task<bool> SubmitAsync(string message, CancellationToken enough)
    {
        string proof = message + ".proof";
        try
        {
            ProgramResult result = await ProgramProcess.RunAsync(
                peers["sigsum-submit"],
                ["-k", submitter.PrivateFile, "-p", policyFile, "-o", proof, "--timeout", "240s", message],
                enough,
                timeout: TimeSpan.FromMinutes(5));
            Note(result);
            if (result.ExitCode != 0)
                return false;
            _proofs.Enqueue(proof);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Every error line counts, but the last one, which only says that the others were enough.</summary>
    private void Note(ProgramResult result)
    {
        string[] errors = [.. result.Error.Split('\n').Where(line => line.Contains("[ERRO]", StringComparison.Ordinal)
            || line.Contains("[FATA]", StringComparison.Ordinal)
            || line.Contains("[WARN]", StringComparison.Ordinal))];
        string[] telling = [.. errors.Where(line => !line.Contains("all logs failed", StringComparison.Ordinal))];
        foreach (string line in telling.Length > 0 ? telling : errors)
            notes.Note("sigsum-submit", line);
    }
}
