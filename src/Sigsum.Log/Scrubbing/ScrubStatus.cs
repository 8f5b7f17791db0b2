using System.Collections.Immutable;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Scrubbing;

/// <summary>The check of the stored tree, as the status of a node that runs shows it.</summary>
/// <param name="LastPass">The last complete pass since the start that found nothing; null before there was one.</param>
/// <param name="UnderWay">Whether a pass is under way.</param>
/// <param name="Checked">Leaves that it has checked, or that the last one had.</param>
/// <param name="Size">Leaves that it checks.</param>
/// <param name="Problems">The damage that was found, one line each.</param>
internal sealed record ScrubStatus(
    ScrubPass? LastPass, bool UnderWay, ulong Checked, ulong Size, ImmutableArray<string> Problems)
{
    /// <summary>Where a node's scrubber is; null where it is turned off.</summary>
    public static ScrubStatus? Of(NodeOptions options, Scrubber scrubber)
    {
        if (!NodeScrub.IsOn(options))
            return null;
        var progress = scrubber.Progress;
        return new ScrubStatus(
            progress.LastPass, progress.IsUnderWay, progress.Checked, progress.Size, progress.Problems);
    }
}
