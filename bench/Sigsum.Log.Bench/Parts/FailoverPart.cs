using System.Diagnostics;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Bench.Servers;
using Sigsum.Messages;

namespace Sigsum.Log.Bench.Parts;

/// <summary>
/// The primary of three nodes is killed, and a script does what the operator's page says: it stops a secondary, promotes
/// it, and starts it as primary; the other secondary is in place. Timed from kill -9 to the first new 200.
/// </summary>
internal sealed class FailoverPart : IPart
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public string Name => "failover";

    public async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        foreach (ulong size in bench.Plan.FailoverTrees)
        {
            for (int round = 0; round < bench.Plan.Rounds; round++)
                await RunAsync(bench, size, round, cancellation);
        }
    }

    private async Task RunAsync(Bench bench, ulong size, int round, CancellationToken cancellation)
    {
        LogShape shape = new() { Kind = ServerKind.Ours, Secondaries = 2, Leaves = size };
        await using LogUnderTest log = await LogUnderTest.StartAsync(bench.Peers, shape, cancellation);
        await PublishedSize.WaitAsync(log.Primary.Url, size, cancellation);
        using HttpClient http = new();
        using Ed25519Signer submitter = Ed25519Signer.Generate();
        await SubmitAsync(new LogClient(http, log.Primary.Url), submitter, cancellation);
        await PublishedSize.WaitAsync(log.Primary.Url, size + 1, cancellation);
        Node next = log.Secondaries[0];

        long start = Stopwatch.GetTimestamp();
        await log.Primary.StopAsync(); // SIGKILL
        await next.TerminateAsync(cancellation);
        Add("kill -9 until the secondary has stopped, ms");
        await log.PromoteAsync(0, cancellation);
        Add("until it is promoted, ms");
        await log.StartPromotedAsync(0, cancellation);
        Add("until it listens, ms");
        await SubmitAsync(new LogClient(http, next.Url), submitter, cancellation);
        Add("until the first new 200, ms");

        void Add(string metric) => bench.Add(
            Name, $"{size:N0} leaves", metric, ServerKind.Ours, round, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static async Task SubmitAsync(LogClient client, Ed25519Signer submitter, CancellationToken cancellation)
    {
        Hash message = new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(Hash.Size));
        AddLeafRequest request = await AddLeafRequest.SignAsync(message, submitter, cancellation);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Limit)
        {
            try
            {
                if (await client.AddLeafAsync(request, null, cancellation) == AddLeafStatus.Committed)
                    return;
            }
            catch (LogClientException)
            {
                // It says 503, or does not listen yet.
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }

        throw new TimeoutException("no leaf got 200");
    }
}
