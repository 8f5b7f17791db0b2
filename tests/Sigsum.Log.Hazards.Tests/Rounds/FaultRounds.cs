using System.Globalization;

namespace Sigsum.Log.Hazards.Tests.Rounds;

/// <summary>
/// Rounds of random faults. The seed, which is in the test's output, decides what happens and for how long; at which
/// instruction of a process it does, nobody decides. Two variables of the environment make a long run of the same test:
/// SIGSUM_FAULT_ROUNDS, the number of rounds, and SIGSUM_FAULT_SEED.
/// </summary>
internal sealed class FaultRounds
{
    private readonly Random _random;
    private readonly SortedDictionary<string, int> _struck = new(StringComparer.Ordinal);

    private FaultRounds(int count, int seed)
    {
        Count = count;
        Seed = seed;
        _random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} rounds; to have them again: SIGSUM_FAULT_ROUNDS={count} SIGSUM_FAULT_SEED={seed}");
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    public int Seed { get; }

    /// <summary>As many rounds as the environment says; else as many as a test may take in the suite.</summary>
    public static FaultRounds FromEnvironment(int usual) =>
        new(Read("SIGSUM_FAULT_ROUNDS") ?? usual, Read("SIGSUM_FAULT_SEED") ?? Random.Shared.Next());

    /// <summary>One of several.</summary>
    public T Choose<T>(params T[] all) => all[_random.Next(all.Length)];

    /// <summary>True once in so many times.</summary>
    public bool OnceIn(int times) => _random.Next(times) == 0;

    /// <summary>Lets a random time pass: the moment at which a fault strikes, or how long it lasts.</summary>
    public Task MomentAsync(TimeSpan longest, CancellationToken cancellation) =>
        Task.Delay(longest * _random.NextDouble(), TimeProvider.System, cancellation);

    /// <summary>Counts a fault, for the report.</summary>
    public void Note(string fault) => _struck[fault] = _struck.GetValueOrDefault(fault) + 1;

    /// <summary>What happened how often.</summary>
    public override string ToString() =>
        $"{Count} rounds, seed {Seed}: " + string.Join(", ", _struck.Select(fault => $"{fault.Key} {fault.Value}"));

    private static int? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : null;
}
