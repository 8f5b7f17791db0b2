namespace Sigsum.Log.Hosting;

/// <summary>
/// The node ends in order to start again in the same process: to fetch back what it lacks, or in another role. No failure.
/// </summary>
internal sealed class NodeRestartException(string because) : Exception(because);
