using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Witnessing;

public sealed class CosignatureCollectorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_late_cosignature_that_cannot_be_stored_fails_the_next_round()
    {
        using var witness = new ScriptedWitness(NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance));
        var answer = new TaskCompletionSource();
        witness.Answer = () => answer.Task;
        await witness.Signer.SignFirstAsync(TreeHead.Empty, Cancel);
        var stored = new TaskCompletionSource();
        var collector = witness.Collector((_, _) =>
        {
            stored.SetResult();
            throw new StoreException("the disk is gone");
        });

        var first = await collector.CollectAsync(witness.Signer.Last!, TimeSpan.FromMilliseconds(1), Cancel);
        Assert.False(first.Quorum);
        answer.SetResult();
        await stored.Task;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<StoreException>(async () =>
        {
            // The late answer may still be on its last steps: then the witness counts as busy.
            while (true)
                await collector.CollectAsync(witness.Signer.Last!, TimeSpan.FromMilliseconds(1), patience.Token);
        });
    }
}
