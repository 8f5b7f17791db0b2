namespace Sigsum.Log.Peers.Tests.Instance;

/// <summary>Whose server a node runs.</summary>
public enum ServerKind
{
    /// <summary>Debian's sigsum-log-go, in memory.</summary>
    LogGo,

    /// <summary>The program under test, with its embedded store.</summary>
    Ours,
}
