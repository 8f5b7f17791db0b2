using Sigsum.Log.Simulation.Cast;
using Sigsum.Log.Simulation.Checking;

namespace Sigsum.Log.Simulation;

/// <summary>Looks for the shortest story in which the same promise is broken: leaves out deeds, one after the other.</summary>
internal static class Shortest
{
    /// <summary>Finds it, and tells it.</summary>
    public static void Tell(Plan plan, BrokenPromiseException broken)
    {
        var acts = plan.Acts.ToList();
        for (var part = Math.Max(1, acts.Count / 2); ; part = Math.Max(1, part / 2))
        {
            var before = acts.Count;
            for (var at = acts.Count - part; at > -part; at -= part)
            {
                var from = Math.Max(0, at);
                List<Act> fewer = [.. acts[..from], .. acts[Math.Min(acts.Count, Math.Max(0, at + part))..]];
                if (fewer.Count < acts.Count && Breaks(plan with { Acts = fewer }, broken))
                    acts = fewer;
            }

            if (part == 1 && acts.Count == before)
                break;
        }

        Console.WriteLine($"the shortest story of it, {acts.Count} of {plan.Acts.Count} deeds:");
        Program.Run(plan with { Acts = acts }, story: true, log: true);
    }

    private static bool Breaks(Plan plan, BrokenPromiseException broken)
    {
        return Program.Run(plan, story: false, log: false).Truth.Broken?.Invariant == broken.Invariant;
    }
}
