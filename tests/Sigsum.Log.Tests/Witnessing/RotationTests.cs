using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Witnessing;

public sealed class RotationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rounds_without_a_quorum_are_held_to_the_budget_too()
    {
        var time = new FakeTimeProvider();
        var services = NodeServices.Create(time, NullLoggerFactory.Instance);
        using var witness = new ScriptedWitness(services);
        await witness.Signer.SignFirstAsync(TreeHead.Empty, Cancel);
        var collector = witness.Collector((_, _) => { });
        var rotation = new Rotation(
            witness.Signer, witness.SignedSize, () => collector, new Publisher(witness.Store, services),
            new RotationBudget(24, time), requireQuorum: false, TimeSpan.FromMinutes(1), services.Health, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = rotation.RunAsync(stop.Token);

        var start = time.GetUtcNow();
        await Eventually.UntilAsync("two minutes of the log's clock", TimeSpan.FromMinutes(1), _ =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(time.GetUtcNow() - start >= TimeSpan.FromSeconds(119));
        }, Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        // One round per interval is a refresh; the budget is one more in an hour.
        Assert.InRange(witness.Asked, 1, 2);
    }
}
