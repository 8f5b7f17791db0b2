using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SharpFuzz.Common;

namespace Sigsum.Fuzz;

/// <summary>
/// Of what a fuzzer found interesting, adds to a corpus the few inputs that reach branches which the corpus does not, small
/// ones first. Needs instrumented assemblies: what an input reached is read where the fuzzer would read it.
/// </summary>
internal static class CorpusGrowth
{
    private const int MapSize = 1 << 16;
    private const int LargestKept = 2048;

    /// <summary>Adds the inputs in one folder to a corpus, each file named by its content.</summary>
    public static unsafe void Run(FuzzTarget target, string corpus, string from)
    {
        Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(MapSize); // below a fuzzer it is the fuzzer's
        byte[][] known = [.. Directory.GetFiles(corpus).Select(File.ReadAllBytes)];
        byte[][] inputs = [.. Directory.GetFiles(from).Select(File.ReadAllBytes)
            .Where(input => input.Length <= LargestKept).OrderBy(input => input.Length)];

        // Static constructors run once, which must not look like something that the first input reached.
        foreach (byte[] input in known.Concat(inputs))
            Reached(target, input);
        var reached = known.SelectMany(input => Reached(target, input)).ToHashSet();
        int added = 0;
        foreach (byte[] input in inputs)
        {
            int before = reached.Count;
            reached.UnionWith(Reached(target, input));
            if (reached.Count == before)
                continue;
            added++;
            File.WriteAllBytes(Path.Combine(corpus, Convert.ToHexStringLower(SHA256.HashData(input))[..16]), input);
        }

        if (reached.Count == 0)
            throw new InvalidOperationException("nothing was reached: the assemblies are not instrumented");
        Console.WriteLine($"{target.Name}: {added} of {inputs.Length} inputs added to {known.Length}");
    }

    private static unsafe List<int> Reached(FuzzTarget target, byte[] input)
    {
        var map = new Span<byte>(Trace.SharedMem, MapSize);
        map.Clear();
        Trace.PrevLocation = 0;
        try
        {
            target.Run(input);
        }
        catch (Exception)
        {
            return []; // a finding is no seed
        }

        var reached = new List<int>();
        for (int i = 0; i < map.Length; i++)
        {
            // A loop that runs more often is something new up to a point, as it is for the fuzzer.
            if (map[i] > 0)
                reached.Add((i * 4) + Math.Min(3, BitOperations.Log2(map[i]) / 2));
        }

        return reached;
    }
}
