using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Sigsum.Log.Simulation.Cast;

namespace Sigsum.Log.Simulation;

/// <summary>Runs seeds, one after the other, until one breaks a promise or all are done.</summary>
internal static class Program
{
    private const string Usage = """
        usage: simulation [--seed=N] [--seeds=COUNT] [--seconds=LIMIT] [--scenes] [--without=DEED] [--story] [--log]
          --seed=N        the first seed; without it, any
          --seeds=COUNT   how many, from the first on; default 1
          --seconds=LIMIT begin no other seed after so many seconds; without --seeds, as many as there is time for
          --scenes        play written scenes, whose moments are drawn, and no free plans
          --without=DEED  leave out one kind of deed; may be repeated
          --story         tell what happens
          --log           tell what the nodes log, too
          --safety        go on where a log only did not come back, and count that
          --brief         look for no shorter story of what broke
        """;

    private static int Main(string[] args)
    {
        if (!Options.TryParse(args, out var options))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        var started = Stopwatch.StartNew();
        var simulated = TimeSpan.Zero;
        var nextProgress = TimeSpan.FromSeconds(10);
        var (worlds, heads, leaves, deeds, stuck) = (0, 0, 0, 0L, 0);
        for (var seed = options.Seed; worlds < options.Seeds && started.Elapsed < options.Limit; seed++, worlds++)
        {
            var plan = options.Scenes ? Scenes.Draw(seed) : Plan.Draw(seed, options.Without);
            var result = Run(plan, options.Story, options.Log);
            simulated += result.Clock.Elapsed;
            heads += result.Truth.Heads;
            leaves += result.Truth.Acknowledged;
            deeds += plan.Acts.Count;
            if (started.Elapsed >= nextProgress)
            {
                nextProgress = started.Elapsed + TimeSpan.FromSeconds(10);
                Console.Error.WriteLine($"{worlds + 1} seeds, {simulated.TotalHours:0} simulated hours");
            }

            if (options.Story || options.Seeds == 1)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: fingerprint {result.Story.Fingerprint:x16}"));
            if (options.Safety && result.Truth.Broken is { Invariant: "liveness" })
            {
                stuck++;
                Console.WriteLine($"{plan.Scene ?? "seed"} {seed}: the log did not come back");
            }
            else if (result.Truth.Broken is { } broken)
            {
                Console.WriteLine($"{plan.Scene ?? "seed"} {seed}: {broken.Message}");
                if (!options.Story && !options.Brief)
                    Shortest.Tell(plan, broken);
                return 1;
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{worlds} seeds from {options.Seed} on: {(stuck == 0 ? "whole" : $"safe, {stuck} did not come back")}; {simulated.TotalHours:0} simulated hours in {started.Elapsed.TotalSeconds:0} s "
            + $"({simulated.TotalHours / started.Elapsed.TotalMinutes:0} an hour a minute), {deeds} deeds, {heads} heads, {leaves} leaves"));
        return 0;
    }

    /// <summary>Lives through one plan.</summary>
    public static World Run(Plan plan, bool story, bool log)
    {
        var world = new World(plan, story ? Console.Out : null, log);
        new Machine.OneThread(world.Clock).Run(world.LiveAsync);
        return world;
    }

    private sealed record Options(
        int Seed, int Seeds, TimeSpan Limit, ImmutableHashSet<Deed> Without, bool Story, bool Log, bool Brief, bool Safety,
        bool Scenes)
    {
        public static bool TryParse(string[] args, out Options options)
        {
            options = new Options(Random.Shared.Next(1_000_000_000), 1, TimeSpan.MaxValue, [], false, false, false, false, false);
            foreach (var arg in args)
            {
                var (name, value) = arg.Split('=', 2) is [var left, var right] ? (left, right) : (arg, "");
                var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
                options = (name, isNumber) switch
                {
                    ("--seed", true) => options with { Seed = number },
                    ("--seeds", true) => options with { Seeds = number },
                    ("--seconds", true) => options with
                    {
                        Limit = TimeSpan.FromSeconds(number),
                        Seeds = options.Seeds == 1 ? int.MaxValue : options.Seeds,
                    },
                    ("--without", false) when Enum.TryParse<Deed>(value, out var deed) => options with { Without = options.Without.Add(deed) },
                    ("--scenes", false) => options with { Scenes = true },
                    ("--story", false) => options with { Story = true },
                    ("--safety", false) => options with { Safety = true },
                    ("--brief", false) => options with { Brief = true },
                    ("--log", false) => options with { Story = true, Log = true },
                    _ => options with { Seeds = -1 },
                };
                if (options.Seeds < 0)
                    return false;
            }

            return true;
        }
    }
}
