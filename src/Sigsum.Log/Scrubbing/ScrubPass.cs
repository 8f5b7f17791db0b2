namespace Sigsum.Log.Scrubbing;

/// <summary>A pass over a store, in which nothing was found.</summary>
/// <param name="Ended">When it came to its end.</param>
/// <param name="Leaves">Leaves of the tree that it checked.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ScrubPass(DateTimeOffset Ended, ulong Leaves, long Seconds);
