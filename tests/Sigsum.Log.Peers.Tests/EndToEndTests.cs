using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>The main job on real input: Debian's clients and witnesses with a replicated log.</summary>
public sealed class EndToEndTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<ServerKind, ServerKind> PrimaryAndSecondary { get; } = new()
    {
        { ServerKind.LogGo, ServerKind.LogGo },
        { ServerKind.Ours, ServerKind.Ours },
        { ServerKind.Ours, ServerKind.LogGo },
        { ServerKind.LogGo, ServerKind.Ours },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(PrimaryAndSecondary))]
    public async Task A_leaf_is_submitted_replicated_cosigned_verified_and_seen_by_a_monitor(
        ServerKind primary, ServerKind secondary)
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = primary, Secondary = secondary, Witnesses = true };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        SigsumTools tools = new(peers, log);
        TestKey submitter = await TestKey.GenerateAsync(peers, log.Folder, "submitter", Cancellation);

        string proof = await tools.SubmitAsync(submitter, "a message\n", Cancellation);

        (await tools.VerifyAsync(submitter, "a message\n", proof, Cancellation)).Succeeded();
        ProgramResult other = await tools.VerifyAsync(submitter, "another message\n", proof, Cancellation);
        Assert.NotEqual(0, other.ExitCode);
        string text = await File.ReadAllTextAsync(proof, Cancellation);
        foreach (TestWitness witness in log.Witnesses)
            Assert.Contains("cosignature=" + witness.Key.KeyHash, text, StringComparison.Ordinal);

        await using ProgramProcess monitor = tools.StartMonitor(submitter);
        await monitor.WaitForLineAsync($"index 0 keyhash {submitter.KeyHash}", Limit, Cancellation);
    }
}
