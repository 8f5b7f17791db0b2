namespace Sigsum.Log.Pipeline;

/// <summary>
/// Something that must never be true was found true. The node stops: what cannot be proved safe is not signed.
/// </summary>
internal sealed class InvariantViolationException(string message) : Exception(message);

/// <summary>Checks that stay on in release builds, before writing and after reading.</summary>
internal static class Invariant
{
    /// <exception cref="InvariantViolationException"><paramref name="holds"/> is false.</exception>
    public static void Check(bool holds, string message)
    {
        if (!holds)
            throw new InvariantViolationException(message);
    }
}
