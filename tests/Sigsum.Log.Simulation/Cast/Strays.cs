using Sigsum.Client;

namespace Sigsum.Log.Simulation.Cast;

/// <summary>Monitors with an old address of the log: they ask any node that is there, whoever is primary.</summary>
internal sealed class Strays(World world)
{
    private readonly LogClient[] _nodes = [.. world.Nodes.Select(node => world.NewClient("clients", node.ExternalUrl))];

    /// <summary>Asks one node after the other, until the troubles are over.</summary>
    public async Task AskAsync(TimeSpan pause)
    {
        for (var number = 0; !world.IsHealing; number = (number + 1) % _nodes.Length)
        {
            await world.Clock.DelayAsync(pause);
            _ = AskAsync(world.Nodes[number]);
        }
    }

    private async Task AskAsync(Node node)
    {
        var knewItsSuccessor = World.HasSuccessor(node);
        try
        {
            var head = await _nodes[node.Number].GetTreeHeadAsync();
            if (!world.Truth.IsTrue(head.SignedTreeHead.TreeHead))
                world.Truth.Break("append-only", $"{node.Host.Name} shows a head that is none of this log's");
            if (knewItsSuccessor)
                world.Truth.Break("one signer", $"{node.Host.Name} shows a head although it has heard that another node was promoted");
        }
        catch (LogClientException)
        {
        }
    }
}
