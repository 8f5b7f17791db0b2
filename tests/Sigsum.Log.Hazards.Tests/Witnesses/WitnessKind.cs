namespace Sigsum.Log.Hazards.Tests.Witnesses;

/// <summary>Whose witness it is.</summary>
public enum WitnessKind
{
    /// <summary>Debian's sigsum-witness.</summary>
    Sigsum,

    /// <summary>Debian's litewitness.</summary>
    Lite,

    /// <summary>Our own witness in this process, which lies when it is told to.</summary>
    Trial,
}
