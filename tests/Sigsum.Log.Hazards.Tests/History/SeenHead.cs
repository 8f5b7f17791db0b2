using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests.History;

/// <summary>A tree head of the log that somebody has seen.</summary>
/// <param name="Head">The head.</param>
/// <param name="Source">Where it was seen first.</param>
/// <param name="When">A timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</param>
internal sealed record SeenHead(TreeHead Head, string Source, long When);
