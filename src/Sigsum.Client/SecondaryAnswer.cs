using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>What a secondary answered.</summary>
/// <param name="Head">Its signed tree head, not verified; null when its tree still has the size that was given.</param>
/// <param name="WaitSupported">
/// Whether the secondary holds requests until its tree changes. If not, it has to be polled.
/// </param>
/// <param name="Node">Which node answered, if it says so.</param>
public sealed record SecondaryAnswer(SignedTreeHead? Head, bool WaitSupported, NodeGreeting? Node = null);
