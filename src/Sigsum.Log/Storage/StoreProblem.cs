namespace Sigsum.Log.Storage;

/// <summary>Something in a store that is not as it was written.</summary>
/// <param name="Text">One line for the operator.</param>
/// <param name="SoundSize">The largest size of a tree head about which it makes no answer wrong; null for all.</param>
internal sealed record StoreProblem(string Text, ulong? SoundSize);
