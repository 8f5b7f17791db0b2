using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>What an operator of log-go types goes on working.</summary>
public sealed class DropInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_is_born_with_sigsum_mktree_alone()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, BornByMktree = true };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        SigsumTools tools = new(peers, log);
        TestKey submitter = await TestKey.GenerateAsync(peers, log.Folder, "submitter", Cancellation);
        string proof = await tools.SubmitAsync(submitter, "first\n", Cancellation);
        (await tools.VerifyAsync(submitter, "first\n", proof, Cancellation)).Succeeded();
    }
}
