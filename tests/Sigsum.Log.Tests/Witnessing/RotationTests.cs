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
    public async Task Where_a_quorum_is_required_nothing_is_published_when_no_witness_can_be_asked()
    {
        var time = new FakeTimeProvider();
        var services = NodeServices.Create(time, NullLoggerFactory.Instance);
        using var witness = new ScriptedWitness(services);
        await witness.Signer.SignFirstAsync(TreeHead.Empty, Cancel);
        var nobody = witness.Nobody();
        var publisher = new Publisher(witness.Store, Heads(services), services);
        var rotation = new Rotation(
            witness.Signer, witness.SignedSize, () => nobody, publisher, Heads(services), new RotationBudget(8640, time),
            requireQuorum: true, TimeSpan.FromSeconds(10), services.Health, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = rotation.RunAsync(stop.Token);
        await Eventually.UntilAsync("a round without a quorum", TimeSpan.FromMinutes(1), _ =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(publisher.Current is not null || services.Health.Readiness().Text.Contains(
                "0 of 0 witnesses", StringComparison.Ordinal));
        }, Cancel);
        Assert.Null(publisher.Current);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Rounds_without_a_quorum_are_held_to_the_budget_too()
    {
        var time = new FakeTimeProvider();
        var services = NodeServices.Create(time, NullLoggerFactory.Instance);
        using var witness = new ScriptedWitness(services);
        await witness.Signer.SignFirstAsync(TreeHead.Empty, Cancel);
        var collector = witness.Collector((_, _) => { });
        var rotation = new Rotation(
            witness.Signer, witness.SignedSize, () => collector, new Publisher(witness.Store, Heads(services), services),
            Heads(services), new RotationBudget(24, time), requireQuorum: false, TimeSpan.FromMinutes(1), services.Health, time);
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

    private static HeadReplicas Heads(NodeServices services) => new(0, 0, services);
}
