namespace Sigsum.Log.Bench.Servers;

/// <summary>Whose server is measured.</summary>
internal enum ServerKind
{
    /// <summary>This repository's, built in Release, with its embedded store.</summary>
    Ours,

    /// <summary>Debian's sigsum-log-go, in memory.</summary>
    LogGo,

    /// <summary>Kestrel with a handler that answers a constant: what the web server alone can do.</summary>
    BareKestrel,
}
