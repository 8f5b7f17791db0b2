namespace Sigsum.Log.Simulation.Cast;

/// <summary>What happens to the network and to witnesses: it passes.</summary>
internal sealed class Weather(World world)
{
    /// <summary>Lets it happen, and pass.</summary>
    public async Task DoAsync(Act act)
    {
        var node = world.Nodes[act.Node].Host.Name;
        switch (act.Deed)
        {
            case Deed.CutLink when act.Node != act.Other:
                var other = world.Nodes[act.Other].Host.Name;
                world.Story.Tell(node, $"the link to {other} is cut for {act.Lasts.TotalSeconds} s");
                world.Wire.Cut(node, other);
                if (act.Number % 2 == 0)
                    world.Wire.Cut(other, node);
                await world.Clock.DelayAsync(act.Lasts);
                world.Wire.Mend(node);
                break;
            case Deed.Isolate:
                world.Story.Tell(node, $"is cut off for {act.Lasts.TotalSeconds} s");
                Isolate(node);
                await world.Clock.DelayAsync(act.Lasts);
                world.Wire.Mend(node);
                break;
            case Deed.SilenceWitness when world.Witnesses.Count > 0:
                var witness = world.Witnesses[act.Number % world.Witnesses.Count].Host;
                world.Story.Tell(witness, $"is away for {act.Lasts.TotalSeconds} s");
                Isolate(witness);
                await world.Clock.DelayAsync(act.Lasts);
                world.Wire.Mend(witness);
                break;
            case Deed.LetWitnessLie when world.Witnesses.Count > 0:
                var liar = world.Witnesses[act.Other % world.Witnesses.Count];
                liar.Lie = (WitnessLie)(1 + (act.Number % 5));
                world.Story.Tell(liar.Host, $"lies for {act.Lasts.TotalSeconds} s: {liar.Lie}");
                await world.Clock.DelayAsync(act.Lasts);
                liar.Lie = WitnessLie.None;
                break;
            case Deed.Disturb:
                world.Story.Tell("network", $"is disturbed for {act.Lasts.TotalSeconds} s");
                (world.Wire.Lost, world.Wire.Duplicated) = (act.Number % 7 / 30.0, act.Number % 5 / 20.0);
                world.Wire.Latency = TimeSpan.FromMilliseconds(20 + act.Number);
                await world.Clock.DelayAsync(act.Lasts);
                Calm();
                break;
        }
    }

    /// <summary>All is well with the network.</summary>
    public void Calm()
    {
        (world.Wire.Lost, world.Wire.Duplicated) = (0, 0);
        world.Wire.Latency = TimeSpan.FromMilliseconds(20);
    }

    /// <summary>All links are mended, and witnesses say what is so.</summary>
    public void Clear()
    {
        Calm();
        foreach (var witness in world.Witnesses)
            witness.Lie = WitnessLie.None;
        foreach (var host in world.Nodes.Select(node => node.Host.Name).Concat(world.Witnesses.Select(w => w.Host)))
            world.Wire.Mend(host);
    }

    private void Isolate(string host)
    {
        foreach (var other in world.Nodes.Select(node => node.Host.Name).Append("clients")
            .Concat(world.Witnesses.Select(witness => witness.Host)).Where(other => other != host))
        {
            world.Wire.Cut(host, other);
            world.Wire.Cut(other, host);
        }
    }
}
