using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>Debian's client programs, as a user of a log runs them.</summary>
internal sealed class SigsumTools(PeerPrograms peers, LogInstance log)
{
    /// <summary>Submits the SHA-256 of a message and waits for the proof; returns the proof's file.</summary>
    public async Task<string> SubmitAsync(
        TestKey submitter, string message, CancellationToken cancellation, params string[] arguments)
    {
        string proof = log.Folder.PathOf($"{Guid.NewGuid():N}.proof");
        ProgramResult result = await TrySubmitAsync(
            submitter, message, cancellation, [.. arguments, "-o", proof, "--timeout", "60s"]);
        result.Succeeded();
        return proof;
    }

    /// <summary>Runs sigsum-submit and returns how it ended.</summary>
    public async Task<ProgramResult> TrySubmitAsync(
        TestKey submitter, string message, CancellationToken cancellation, params string[] arguments)
    {
        string input = log.Folder.Write($"{Guid.NewGuid():N}.message", message);
        string[] all = ["-k", submitter.PrivateFile, "-p", log.ClientPolicyFile, .. arguments, input];
        return await ProgramProcess.RunAsync(
            peers["sigsum-submit"], all, cancellation, timeout: TimeSpan.FromMinutes(2));
    }

    /// <summary>The body of an add-leaf request for a message, made by sigsum-submit without sending it.</summary>
    public async Task<string> MakeRequestAsync(TestKey submitter, string message, CancellationToken cancellation)
    {
        string[] arguments = ["-k", submitter.PrivateFile];
        ProgramResult result = await ProgramProcess.RunAsync(
            peers["sigsum-submit"], arguments, cancellation, input: message);
        return result.Succeeded().Output;
    }

    /// <summary>The leaf hash of a message signed by a submitter, in hex.</summary>
    public async Task<string> LeafHashAsync(TestKey submitter, string message, CancellationToken cancellation)
    {
        string[] arguments = ["-k", submitter.PrivateFile, "--leaf-hash"];
        ProgramResult result = await ProgramProcess.RunAsync(
            peers["sigsum-submit"], arguments, cancellation, input: message);
        return result.Succeeded().Output.Trim();
    }

    public Task<ProgramResult> VerifyAsync(
        TestKey submitter, string message, string proof, CancellationToken cancellation) => ProgramProcess.RunAsync(
            peers["sigsum-verify"],
            ["-k", submitter.PublicFile, "-p", log.ClientPolicyFile, proof],
            cancellation,
            input: message);

    /// <summary>Starts a monitor that looks for the submitter's leaves every second.</summary>
    public ProgramProcess StartMonitor(TestKey submitter) => ProgramProcess.Start(
        peers["sigsum-monitor"],
        ["-p", log.ClientPolicyFile, "-i", "1s", "--diagnostics", "debug", submitter.PublicFile]);
}
