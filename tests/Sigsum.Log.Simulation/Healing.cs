using Sigsum.Log.Simulation.Cast;
using Sigsum.Log.Storage;
using Sigsum.Merkle;

namespace Sigsum.Log.Simulation;

/// <summary>
/// The end of each story: nothing fails any more, the operator follows the manual, and the log has to come back, whole.
/// </summary>
internal sealed class Healing(World world, Clients clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Heals, and looks whether the world is whole.</summary>
    public async Task RunAsync()
    {
        world.Story.Tell("world", "the troubles are over");
        world.Weather.Clear();
        foreach (var node in world.Nodes)
        {
            node.Spare();
            if (node.AsPrimaryOf is null)
            {
                node.Start();
                continue;
            }

            await node.StopAsync(cleanly: true);
            node.AsPrimaryOf = null;
            node.Start();
        }

        for (var round = 0; round < 12 && world.Truth.Broken is null; round++)
        {
            await world.Clock.DelayAsync(Patience);
            foreach (var node in world.Nodes)
                node.IsBehind = false;
            foreach (var node in world.Nodes.Where(node => !node.IsDamaged && node.IsClosed))
            {
                // What was damaged was written again since: its check finds nothing, and the next start opens it.
                await node.StopAsync(cleanly: true);
                node.Start();
            }

            foreach (var node in world.Nodes.Where(node => node.IsDamaged))
            {
                if (node.Host.Tree!.IsDamaged && node.SeesNoDamage)
                    world.Truth.Break("damage is found", $"{node.Host.Name} runs on a damaged store and does not say so");
                await world.Operator.ReplaceAsync(node);
            }

            var primary = Primary();
            if (primary is not null)
                world.Wire.Names["log"] = primary.Host.Name;
            if (await clients.SubmitOneAsync(Patience))
            {
                if (world.Nodes.Any(node => node.KnowsDamage || node.IsClosed))
                    continue; // Its check has found nothing meanwhile; the log does without it until it is started once more.
                await RejoinOthersAsync(primary!);
                await CheckWholeAsync();
                return;
            }

            if (world.Truth.Broken is null)
                await RepairAsync();
        }

        world.Truth.Break("liveness", "nothing fails any more, and the log does not come back");
    }

    private Node? Primary() => world.Named() is { } named && named.Role == NodeRole.Primary ? named : null;

    /// <summary>What the manual says to do with a log that does not come back by itself.</summary>
    private async Task RepairAsync()
    {
        foreach (var node in world.Nodes)
            world.Story.Tell(node.Host.Name, $"{node.Role}, epoch {World.EpochOf(node)}, size {node.Host.Tree!.Head.Size}");
        if (world.Named() is not { } named)
        {
            // The node that it names is gone for good, and the promotion in its place was broken off, or it had a rival.
            foreach (var rival in world.Nodes.Where(World.IsPromoted))
            {
                if (await world.Operator.PromoteAsync(rival, fence: true))
                    return;
            }

            await world.Operator.PromoteOneOfAsync(world.Nodes, fence: true);
            return;
        }

        if (named.Role == NodeRole.Secondary && await world.Operator.PromoteAsync(named, fence: true))
            return;
        await RejoinOthersAsync(named);
        // Run again on a node that is primary already, it completes what was broken off, or ends a rivalry.
        if (named.Role == NodeRole.Primary && await world.Operator.PromoteAsync(named, fence: true))
            return;
        // Whoever was stopped for one of these commands has to be there for the next.
        await world.Clock.DelayAsync(Patience);
        await world.Operator.PromoteOneOfAsync(world.Nodes.Where(node => node != named), fence: true);
    }

    /// <summary>
    /// `sigsum-log status` shows which nodes are no secondaries yet, and which have leaves that the primary lacks: its word for
    /// both is to run `sigsum-log rejoin` there.
    /// </summary>
    private async Task RejoinOthersAsync(Node primary)
    {
        foreach (var node in world.Nodes.Where(node => node != primary && (node.Role == NodeRole.Primary || HasOtherLeaves(node, primary))))
            await world.Operator.RejoinAsync(node, primary);
    }

    private static bool HasOtherLeaves(Node node, Node primary)
    {
        var (tree, all) = (node.Host.Tree!, primary.Host.Tree!);
        return tree.Head.Size > all.Head.Size || ProofBuilder.Root(tree.Head.Size, all) != tree.Head.RootHash;
    }

    private async Task CheckWholeAsync()
    {
        await world.Clock.DelayAsync(Patience);
        var shown = await clients.LookAsync();
        if (shown is null || shown.Value.Size < world.Truth.Signed)
            world.Truth.Break("liveness", $"{world.Truth.Signed} leaves are signed, and shown is size {shown?.Size}");
        foreach (var node in world.Nodes)
            world.Truth.CheckKept(node.Host.Name, node.Host.Tree!);
        foreach (var witness in world.Witnesses.Where(witness => !world.Truth.IsTrue(witness.Latest)))
            world.Truth.Break("append-only", $"{witness.Host} has cosigned a head that is none of this log's");
        world.Story.Tell("world", $"is whole, size {world.Truth.Signed}, root {ProofBuilder.Root(world.Truth.Signed, world.Nodes[0].Host.Tree!)}");
    }
}
