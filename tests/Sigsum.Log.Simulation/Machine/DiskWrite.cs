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

/// <summary>Lets a write meet its fate.</summary>
internal static class DiskWrites
{
    /// <summary>Writes, kills, or refuses.</summary>
    /// <param name="fate">What becomes of it.</param>
    /// <param name="process">Who writes.</param>
    /// <param name="write">The write.</param>
    /// <param name="refusal">The error of a disk that refuses.</param>
    /// <exception cref="KilledException">The process is dead.</exception>
    public static void Meet(this DiskWrite fate, Process process, Action write, Func<Exception> refusal)
    {
        if (fate is DiskWrite.Done or DiskWrite.KilledAfter or DiskWrite.RefusedButDone)
            write();
        if (fate is DiskWrite.KilledBefore or DiskWrite.KilledAfter)
            process.Kill();
        process.MustBeAlive();
        if (fate is DiskWrite.Refused or DiskWrite.RefusedButDone)
            throw refusal();
    }
}
