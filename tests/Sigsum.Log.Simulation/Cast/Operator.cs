using Sigsum.Client;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Simulation.Machine;
using Sigsum.Log.Storage;
using Sigsum.Policy;

namespace Sigsum.Log.Simulation.Cast;

/// <summary>
/// The one who runs the log: restores, promotes, switches over, at good and at bad moments, and makes the mistakes that the
/// table of hazards names. What the operator is told in the manual never to do is not done here.
/// </summary>
internal sealed class Operator(World world)
{
    private Task _before = Task.CompletedTask;
    private int _promotions;

    /// <summary>Does what the plan says, when it says so.</summary>
    public async Task DoAsync(Act act)
    {
        var node = world.Nodes[act.Node];
        var other = world.Nodes[act.Other];
        switch (act.Deed)
        {
            case Deed.Kill:
                world.Story.Tell(node.Host.Name, "kill -9");
                node.Process?.Kill();
                break;
            case Deed.LosePower:
                world.Story.Tell(node.Host.Name, "the power fails");
                node.LosePower();
                break;
            case Deed.Restart:
                world.Story.Tell(node.Host.Name, "is stopped");
                await AloneAsync(async () =>
                {
                    await node.StopAsync(cleanly: true);
                    await world.Clock.DelayAsync(act.Lasts);
                    node.Start();
                });
                break;
            case Deed.DoomWrite:
                node.Doom(act.Number % 40, (DiskWrite)(1 + (act.Number % 4)));
                break;
            case Deed.TakeCopy:
                world.Story.Tell(node.Host.Name, $"a copy is taken, size {node.Host.Tree!.Head.Size}");
                node.TakeCopy();
                break;
            case Deed.PutBackCopy:
                await AloneAsync(() => PutBackCopyAsync(node, act.Lasts, world.IsInPlace));
                break;
            case Deed.PutBackCopyWhileOthersLag:
                await AloneAsync(() => PutBackCopyAsync(node, act.Lasts, world.IsNotLost));
                break;
            case Deed.Promote when node.Role == NodeRole.Secondary:
                await AloneAsync(() => PromoteAsync(node, fence: act.Number % 2 == 0));
                break;
            case Deed.PromoteTwo when node != other:
                await AloneAsync(() => Task.WhenAll(PromoteAsync(node, fence: true), PromoteAsync(other, fence: true)));
                break;
            case Deed.Switchover:
                await AloneAsync(() => SwitchOverAsync(node, other));
                break;
            case Deed.Rejoin when node != other:
                await AloneAsync(() => RejoinAsync(node, other));
                break;
            case Deed.Decay:
                await DecayAsync(node, (Decay)(act.Number % 5), act.Lasts, rebuild: false);
                break;
            case Deed.DecayAndRebuild:
                await DecayAsync(node, (Decay)(act.Number % 5), act.Lasts, rebuild: true);
                break;
            case Deed.StartAsOldPrimary:
                await AloneAsync(() => StartAsOldPrimaryAsync(node, act.Number));
                break;
            default:
                await world.Weather.DoAsync(act);
                break;
        }
    }

    /// <summary>Stops a secondary and promotes it.</summary>
    /// <param name="node">The secondary.</param>
    /// <param name="fence">Whether the primary before is to be told.</param>
    /// <param name="replaced">The one node that is lost, and in whose place it is promoted.</param>
    /// <returns>Whether it is primary now.</returns>
    public async Task<bool> PromoteAsync(Node node, bool fence, Node? replaced = null)
    {
        // Whoever was put back to an older copy has lost what it held: to promote then is to lose two nodes at once.
        // The same of one that is spoilt, as long as it does not know so itself and refuses.
        if (world.Nodes.Any(other => other.IsBehind && other != replaced) || (node.IsDamaged && !node.KnowsDamage))
            return false;
        _promotions++;
        await node.StopAsync(cleanly: true);
        var promoted = await CommandAsync(node, "promote", async (store, services) =>
        {
            var options = new PromotionOptions
            {
                SthFile = "sth",
                PrimaryUrl = world.Nodes[0] == node ? null : world.Nodes[0].Peer.Url,
                NodeUrl = node.Peer.Url,
                LostNodes = [.. world.LostNodes],
                Policy = world.Policy is null ? null : TrustPolicy.Parse(world.Policy),
                FencePrimary = fence,
                Node = node.Options("log"),
            };
            var key = (await services.Machine.OpenKeyAsync("log", CancellationToken.None)).Signer;
            await new Promotion(options, store, key, services, _ => Task.FromResult(true)).RunAsync(CancellationToken.None);
        });
        _promotions--;
        if (promoted)
        {
            node.AsPrimaryOf = null;
            world.Wire.Names["log"] = node.Host.Name;
        }

        node.Start();
        return promoted;
    }

    /// <summary>Promotes one of these, if it is a secondary: the one that holds most, or else the next.</summary>
    public async Task PromoteOneOfAsync(IEnumerable<Node> nodes, bool fence, Node? replaced = null)
    {
        foreach (var node in nodes.Where(node => node.Role == NodeRole.Secondary).OrderByDescending(node => node.Host.Tree!.Head.Size))
        {
            if (await PromoteAsync(node, fence, replaced))
                return;
        }
    }

    /// <summary>Stops a node and makes it a secondary of another.</summary>
    public async Task<bool> RejoinAsync(Node node, Node primary)
    {
        await node.StopAsync(cleanly: true);
        var done = await CommandAsync(node, "rejoin", (store, services) => new Rejoin(
            new RejoinOptions("data", "sth", primary.Peer.Url, DryRun: false, node.Options("own")), store, services,
            _ => Task.FromResult(true)).RunAsync(CancellationToken.None));
        if (done)
            node.AsPrimaryOf = null;
        node.Start();
        return done;
    }

    /// <summary>
    /// Puts a new, empty secondary in the place of a node whose store is damaged, as the manual says: if it is the primary,
    /// another one is promoted first. What is no part of the store is only written again.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="rebuild">To have the store built again from another node's leaves, if that can be; also done for a primary whose
    /// roster lists no other node.</param>
    public async Task ReplaceAsync(Node node, bool rebuild = false)
    {
        await node.StopAsync(cleanly: true);
        node.Spare();
        if (!node.Host.Tree!.IsDamaged && node.Host.Files.Damaged.All(name => name == World.PolicyFile))
        {
            world.WritePolicy(node);
            node.Start();
            return;
        }

        var wasPrimary = world.Named() == node;
        rebuild |= wasPrimary && !world.Nodes.Any(other => other != node && world.IsListed(other));
        if (rebuild && node.KnowsDamage && await RebuildAsync(node))
        {
            node.Start();
            return;
        }

        world.LostNodes.Add(node.Host.Tree!.Identity.NodeId);
        node.Wipe();
        world.Bear(node, NodeRole.Secondary);
        world.Story.Tell(node.Host.Name, "is made anew, as a secondary");
        node.AsPrimaryOf = null;
        if (wasPrimary)
        {
            await PromoteOneOfAsync(world.Nodes.Where(other => other != node && !other.IsDamaged), fence: false, replaced: node);
        }
        else if (world.Named() is { } primary)
        {
            // Its configuration says now that the old node is gone for good.
            await primary.StopAsync(cleanly: true);
            primary.Start();
        }

        node.Start();
    }

    private async Task<bool> RebuildAsync(Node node)
    {
        foreach (var other in world.Nodes.Where(other => other != node && !other.IsDamaged))
        {
            if (await CommandAsync(node, "recover", services => new Recover(
                new RecoverOptions("data", "sth", other.Peer.Url, world.LogKey.PublicKey, DryRun: false, node.Options("own")), services,
                _ => Task.FromResult(true), null).RunAsync(CancellationToken.None)))
                return true;
        }

        return false;
    }

    private async Task DecayAsync(Node node, Decay kind, TimeSpan unseen, bool rebuild)
    {
        // As with a copy that is put back: one node at a time may be lost, and one that is spoilt is lost. While one is promoted,
        // the one before is.
        if (_promotions > 0 || !world.Nodes.All(other => world.IsInPlace(other) && world.IsListed(other)))
            return;
        node.Decay(kind);
        await world.Clock.DelayAsync(unseen);
        await AloneAsync(async () =>
        {
            if (node.IsDamaged)
                await ReplaceAsync(node, rebuild);
        });
    }

    private async Task SwitchOverAsync(Node from, Node to)
    {
        if (from.Process is not { Alive: true } || from.Role != NodeRole.Primary || from.Host.Admin is not { } admin
            || world.Nodes.Any(node => node.IsBehind) || to.IsDamaged)
            return;
        try
        {
            world.Story.Tell(from.Host.Name, $"switchover to {to.Host.Name}");
            var result = await World.UnlessDeadAsync(
                from.Process, admin.HandOverAsync(to.Host.Tree!.Identity.NodeId, CancellationToken.None));
            world.Story.Tell(from.Host.Name, $"handed over, paused {result.Paused.TotalSeconds:0.000} s");
            world.Wire.Names["log"] = to.Host.Name;
        }
        catch (Exception error) when (error is FailoverException or KilledException or ObjectDisposedException
            or LogClientException or StoreException or OperationCanceledException)
        {
            world.Story.Tell(from.Host.Name, $"not handed over: {error.Message}");
            if (Primary() is { } primary)
                world.Wire.Names["log"] = primary.Host.Name;
        }
    }

    private async Task PutBackCopyAsync(Node node, TimeSpan away, Func<Node, bool> isThere)
    {
        // The promise is to survive the loss of one node. Whoever lacks leaves that it once had, has not heard of the last
        // promotion, or is an old primary that has not rejoined, is lost already as far as the others are concerned.
        if (!world.Nodes.Where(other => other != node).All(isThere) || world.LacksPromotion(node))
            return;
        await node.StopAsync(cleanly: false);
        if (node.PutBackCopy())
            world.Story.Tell(node.Host.Name, $"is put back to the copy, size {node.Host.Tree!.Head.Size}");
        await world.Clock.DelayAsync(away);
        node.Start();
    }

    private async Task StartAsOldPrimaryAsync(Node node, int choice)
    {
        if (node.Role != NodeRole.Primary)
            return;
        await node.StopAsync(cleanly: true);
        node.AsPrimaryOf = [.. world.Nodes.Where(other => other != node && ((choice >> other.Number) & 1) == 0)];
        if (node.AsPrimaryOf.Count == 0)
            node.AsPrimaryOf = [world.Nodes.First(other => other != node)];
        world.Story.Tell(node.Host.Name, $"is started as primary of {string.Join(", ", node.AsPrimaryOf.Select(o => o.Host.Name))}");
        node.Start();
    }

    private Node? Primary() => world.Nodes.Where(node => node.Role == NodeRole.Primary)
        .MaxBy(World.EpochOf);

    /// <summary>One command after the other; none is begun when the troubles are over.</summary>
    private Task AloneAsync(Func<Task> command)
    {
        return _before = AfterAsync(_before);

        async Task AfterAsync(Task before)
        {
            await before;
            if (!world.IsHealing)
                await command();
        }
    }

    private Task<bool> CommandAsync(Node node, string name, Func<ILogStore, NodeServices, Task> run) =>
        CommandAsync(node, name, async services =>
        {
            using var store = services.Machine.OpenStore("data");
            await run(store, services);
        });

    private async Task<bool> CommandAsync(Node node, string name, Func<NodeServices, Task> run)
    {
        var (process, services) = node.NewProcess(name);
        try
        {
            await World.UnlessDeadAsync(process, run(services));
            world.Story.Tell(node.Host.Name, $"{name}: done");
            return true;
        }
        catch (Exception error) when (error is FailoverException or SupersededException or StartupException or StoreException
            or KilledException or IOException or LogClientException)
        {
            world.Story.Tell(node.Host.Name, $"{name}: {error.Message}");
            return false;
        }
        finally
        {
            process.Kill();
        }
    }
}
