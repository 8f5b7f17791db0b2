namespace Sigsum.Log.Simulation.Machine;

/// <summary>
/// One life of a program on a host. When it is killed nothing that it had begun has any effect from then on: its timers do
/// not fire, its requests are not answered, its disk and its store refuse it.
/// </summary>
internal sealed class Process(string host, string name)
{
    /// <summary>Where it runs.</summary>
    public string Host => host;

    /// <summary>Host and program, for the story.</summary>
    public string Name => name;

    /// <summary>Whether it has not been killed and has not ended.</summary>
    public bool Alive { get; private set; } = true;

    /// <summary>Raised once, when its life ends.</summary>
    public event Action? Ended;

    /// <summary>Ends its life, now: kill -9, or the exit of the program.</summary>
    public void Kill()
    {
        if (!Alive)
            return;
        Alive = false;
        Ended?.Invoke();
    }

    /// <summary>Whoever is dead does nothing.</summary>
    /// <exception cref="KilledException">It is dead.</exception>
    public void MustBeAlive()
    {
        if (!Alive)
            throw new KilledException();
    }
}

/// <summary>Unwinds what a dead process was in the middle of.</summary>
internal sealed class KilledException() : Exception("the process was killed");
