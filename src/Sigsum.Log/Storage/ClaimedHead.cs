using Sigsum.Messages;

namespace Sigsum.Log.Storage;

/// <summary>A tree head that the tree must have had, and where it comes from.</summary>
internal sealed record ClaimedHead(string Name, TreeHead TreeHead);
