using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>What a secondary answered.</summary>
/// <param name="Head">Its signed tree head, not verified; null when its tree still has the size that was given.</param>
/// <param name="WaitSupported">
/// Whether the secondary holds requests until its tree changes. If not, it has to be polled.
/// </param>
public sealed record SecondaryAnswer(SignedTreeHead? Head, bool WaitSupported);
