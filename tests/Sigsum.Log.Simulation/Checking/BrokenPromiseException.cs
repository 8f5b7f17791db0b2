namespace Sigsum.Log.Simulation.Checking;

/// <summary>Something happened that must never happen.</summary>
/// <param name="invariant">Its name, the same for each violation of it.</param>
/// <param name="what">What was seen.</param>
internal sealed class BrokenPromiseException(string invariant, string what) : Exception($"{invariant}: {what}")
{
    /// <summary>Name of what was broken.</summary>
    public string Invariant => invariant;
}
