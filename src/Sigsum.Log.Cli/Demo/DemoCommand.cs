using System.Buffers;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Policy;

namespace Sigsum.Log.Cli.Demo;

/// <summary>
/// The verb <c>demo</c>: starts a complete log instance on loopback, logs one message, verifies the proof, prints
/// what to try next, and runs until it is stopped.
/// </summary>
internal static class DemoCommand
{
    /// <param name="directory">Where the instance lives; null for a fresh temporary directory.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string? directory, CancellationToken cancellationToken)
    {
        try
        {
            var files = new DemoFiles(Prepare(directory));
            await using var instance = await DemoInstance.StartAsync(files, cancellationToken);
            Describe(files, instance);
            await SubmitAsync(files, instance.LogUrl, cancellationToken);
            Suggest(files, instance);
            await instance.Completion.WaitAsync(cancellationToken);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Console.WriteLine("stopped; start again with --dir to go on with the same log");
            return 0;
        }
        catch (Exception error) when (error is StartupException or StoreException or KeyFileException
                                          or LogClientException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"demo: {error.Message}");
            return 1;
        }
    }

    private static string Prepare(string? directory) =>
        directory is null
            ? Directory.CreateTempSubdirectory("sigsum-demo-").FullName
            : Directory.CreateDirectory(directory).FullName;

    private static void Describe(DemoFiles files, DemoInstance instance)
    {
        Console.WriteLine($"""
            A Sigsum log runs in {files.Root}
              log        {instance.LogUrl}
              primary    {instance.PrimaryInternalUrl} (metrics, health, replication)
              secondary  {instance.SecondaryUrl}
              witness    {instance.WitnessUrl}
              log lines  {files.LogFile}

            """);
    }

    private static async Task SubmitAsync(DemoFiles files, Uri logUrl, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(files.Message, "hello, log\n", cancellationToken);
        var message = Hash.Sha256(await File.ReadAllBytesAsync(files.Message, cancellationToken));
        using var submitter = DemoFiles.Key(files.SubmitterKey);
        using var logKey = DemoFiles.Key(files.LogKey);
        using var http = SigsumHttp.CreateForLogs();
        var policy = TrustPolicy.Parse(await File.ReadAllBytesAsync(files.Policy, cancellationToken));

        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var proof = await Submitter.SubmitAsync(
            new LogClient(http, logUrl), logKey.PublicKey,
            await AddLeafRequest.SignAsync(message, submitter, cancellationToken), policy,
            new SubmitOptions { PollInterval = TimeSpan.FromMilliseconds(50) }, cancellationToken);
        proof.Verify(message, [submitter.PublicKey], policy);

        var text = new ArrayBufferWriter<byte>();
        proof.Write(text);
        await File.WriteAllBytesAsync(files.Proof, text.WrittenSpan.ToArray(), cancellationToken);
        Console.WriteLine($"""
            Logged the file {files.Message} and verified its proof of logging in {time.GetElapsedTime(started).TotalMilliseconds:F0} ms:
              leaf {proof.InclusionProof?.LeafIndex ?? 0} of {proof.TreeHead.SignedTreeHead.TreeHead.Size}, {proof.TreeHead.Cosignatures.Length} cosignature(s), saved in {files.Proof}

            """);
    }

    private static void Suggest(DemoFiles files, DemoInstance instance)
    {
        var log = instance.LogUrl.ToString().TrimEnd('/');
        Console.WriteLine($"""
            Try next:
              curl {log}/get-tree-head
              curl {log}/get-leaves/0/1
              curl {instance.PrimaryInternalUrl}metrics
              sigsum-submit -p {files.Policy} -k {files.SubmitterKey} SOME-FILE
              sigsum-verify -p {files.Policy} -k {DemoFiles.Public(files.SubmitterKey)} {files.Proof} < {files.Message}
              sigsum-monitor -p {files.Policy} {DemoFiles.Public(files.SubmitterKey)}

            Ctrl-C stops everything.
            """);
    }
}
