namespace Sigsum.Log.Simulation.Machine;

/// <summary>What becomes of one write to a simulated disk.</summary>
internal enum DiskWrite
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The process is killed before it.</summary>
    KilledBefore,

    /// <summary>The process is killed when it is done, and before it hears so.</summary>
    KilledAfter,

    /// <summary>The disk refuses, and nothing was written.</summary>
    Refused,

    /// <summary>The disk reports an error, and all was written.</summary>
    RefusedButDone,
}
