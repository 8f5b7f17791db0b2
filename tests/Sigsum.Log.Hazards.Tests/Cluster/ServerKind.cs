namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>Whose server a node runs.</summary>
public enum ServerKind
{
    /// <summary>The program under test, with its embedded store.</summary>
    Ours,

    /// <summary>Debian's sigsum-log-go, with its tree in memory: what it forgets, it forgets.</summary>
    LogGo,
}
