namespace Sigsum.Log.Simulation.Cast;

/// <summary>The shape of a world and what will be done to it, drawn from a seed before it begins.</summary>
internal sealed record Plan(
    int Seed, int Nodes, int Quorum, int Witnesses, TimeSpan Interval, TimeSpan SubmitPause, TimeSpan Length,
    IReadOnlyList<Act> Acts)
{
    /// <summary>Draws a plan. Each seed has some kinds of deeds and lacks others, so that rare combinations come up.</summary>
    public static Plan Draw(int seed)
    {
        var random = new Random(seed);
        var nodes = random.Next(2, 5);
        var deeds = Enum.GetValues<Deed>().Where(_ => random.Next(2) == 0).ToArray();
        var length = TimeSpan.FromMinutes(random.Next(10, 90));
        var acts = new List<Act>();
        var between = TimeSpan.FromSeconds(random.Next(20, 300));
        for (var at = TimeSpan.FromSeconds(20); at < length && deeds.Length > 0; at += between * 2 * random.NextDouble())
        {
            acts.Add(new Act(
                at, deeds[random.Next(deeds.Length)], random.Next(nodes), random.Next(nodes),
                TimeSpan.FromSeconds(random.Next(1, 180)), random.Next(1000)));
        }

        return new Plan(
            seed, nodes, random.Next(1, nodes), random.Next(0, 4), TimeSpan.FromSeconds(random.Next(5, 60)),
            TimeSpan.FromSeconds(0.5 + (10 * random.NextDouble())), length, acts);
    }
}
