namespace Sigsum.Log.Hosting;

/// <summary>Where a node keeps its tree.</summary>
internal enum Backend
{
    /// <summary>The embedded store in the data directory.</summary>
    Embedded,

    /// <summary>In memory: everything is gone when the program ends. For trials and tests.</summary>
    Ephemeral,
}
