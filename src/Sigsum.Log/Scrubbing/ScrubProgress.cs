using System.Collections.Immutable;

namespace Sigsum.Log.Scrubbing;

/// <summary>How far the check of the stored tree is, at one moment.</summary>
/// <param name="Checked">Leaves checked in this pass, or in the last one while none is under way.</param>
/// <param name="Size">Leaves that this pass checks.</param>
/// <param name="LastPass">The last pass that came to its end and had found nothing; null before that.</param>
/// <param name="Problems">All that was found, one line each; empty as long as the store is whole.</param>
internal sealed record ScrubProgress(
    ulong Checked, ulong Size, ScrubPass? LastPass, ImmutableArray<string> Problems)
{
    /// <summary>Before the first pass.</summary>
    public static ScrubProgress None { get; } = new(0, 0, null, []);

    /// <summary>Whether a pass is under way, and not the time between two.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>When a pass last came to its end and had found nothing.</summary>
    public DateTimeOffset? LastCompleted => LastPass?.Ended;
}
