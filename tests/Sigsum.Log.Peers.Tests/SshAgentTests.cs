using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>A log whose private key is in a real ssh-agent.</summary>
public sealed class SshAgentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_goes_on_when_the_agent_that_holds_its_key_is_restarted()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        LogSetup setup = new() { Primary = ServerKind.Ours, Secondary = ServerKind.Ours, KeyInAgent = true };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        SigsumTools tools = new(peers, log);
        TestKey submitter = await TestKey.GenerateAsync(peers, log.Folder, "submitter", Cancellation);

        foreach (string message in (string[])["before\n", "after\n"])
        {
            string proof = await tools.SubmitAsync(submitter, message, Cancellation);
            (await tools.VerifyAsync(submitter, message, proof, Cancellation)).Succeeded();
            await log.RestartAgentAsync(Cancellation);
        }
    }
}
