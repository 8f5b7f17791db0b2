namespace Sigsum.Log.Simulation.Cast;

/// <summary>The shape of a world and what will be done to it, drawn from a seed before it begins.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Nodes">How many nodes; number 0 is the first primary.</param>
/// <param name="Quorum">How many secondaries must hold a leaf.</param>
/// <param name="Witnesses">How many witnesses.</param>
/// <param name="Interval">How often cosignatures are renewed.</param>
/// <param name="SubmitPause">Time between two submissions, on average.</param>
/// <param name="Length">When the troubles are over.</param>
/// <param name="Acts">What happens.</param>
/// <param name="Scene">The name of the scene, if it is one; some clients go by old addresses of the log there.</param>
internal sealed record Plan(
    int Seed, int Nodes, int Quorum, int Witnesses, TimeSpan Interval, TimeSpan SubmitPause, TimeSpan Length,
    IReadOnlyList<Act> Acts, string? Scene = null)
{
    /// <summary>Kinds that came later. Each group is drawn apart: a seed without them has the story that it always had.</summary>
    private static readonly (int Source, Deed[] Deeds)[] Later =
        [(4, [Deed.Decay, Deed.LetWitnessLie]), (6, [Deed.PutBackCopyWhileOthersLag]), (7, [Deed.DecayAndRebuild])];

    /// <summary>Draws a plan. Each seed has some kinds of deeds and lacks others, so that rare combinations come up.</summary>
    /// <param name="seed">From what.</param>
    /// <param name="without">Kinds to leave out.</param>
    public static Plan Draw(int seed, IReadOnlySet<Deed> without)
    {
        var random = new Random(seed);
        var nodes = random.Next(2, 5);
        var deeds = Enum.GetValues<Deed>().Except(Later.SelectMany(group => group.Deeds)).Where(_ => random.Next(2) == 0).ToArray();
        var length = TimeSpan.FromMinutes(random.Next(10, 90));
        var acts = new List<Act>();
        var between = TimeSpan.FromSeconds(random.Next(20, 300));
        Schedule(deeds, between);
        var plan = new Plan(
            seed, nodes, random.Next(1, nodes), random.Next(0, 4), TimeSpan.FromSeconds(random.Next(5, 60)),
            TimeSpan.FromSeconds(0.5 + (10 * random.NextDouble())), length, acts);

        foreach (var (source, kinds) in Later)
        {
            random = new Random(seed + source);
            var some = kinds.Where(_ => random.Next(2) == 0).ToArray();
            Schedule(some, TimeSpan.FromSeconds(random.Next(60, 900)));
        }

        return plan with { Acts = [.. acts.Where(act => !without.Contains(act.Deed)).OrderBy(act => act.At)] };

        void Schedule(Deed[] kinds, TimeSpan pause)
        {
            for (var at = TimeSpan.FromSeconds(20); at < length && kinds.Length > 0; at += pause * 2 * random.NextDouble())
            {
                acts.Add(new Act(
                    at, kinds[random.Next(kinds.Length)], random.Next(nodes), random.Next(nodes),
                    TimeSpan.FromSeconds(random.Next(1, 180)), random.Next(1000)));
            }
        }
    }
}
