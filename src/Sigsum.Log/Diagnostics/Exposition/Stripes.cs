using System.Numerics;

namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>
/// How counters are spread over processors. Each stripe lies on cache lines of its own, so that two processors that
/// count at the same time do not fight over one line; a reader adds the stripes up.
/// </summary>
internal static class Stripes
{
    /// <summary>Longs per 128 bytes: two cache lines, since processors fetch them in pairs.</summary>
    public const int Line = 16;

    /// <summary>A power of two; at most 8, beyond which memory grows faster than contention shrinks.</summary>
    public static readonly int Count = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 8));

    /// <summary>The stripe of the processor that runs this thread now. A stale answer costs time, never a count.</summary>
    public static int Current => Thread.GetCurrentProcessorId() & (Count - 1);
}
