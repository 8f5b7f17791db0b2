namespace Sigsum.Log.Failover;

/// <summary>What a promotion record means to a node that has seen others.</summary>
internal enum SuccessionVerdict
{
    /// <summary>Later than what was known: it is stored now, and acted on.</summary>
    Later,

    /// <summary>The one that is known already.</summary>
    Same,

    /// <summary>An earlier one: whoever told it has to be told ours.</summary>
    Earlier,

    /// <summary>Of the same epoch, for another promotion: two nodes were promoted at once.</summary>
    Conflict,

    /// <summary>Of another log, or not signed by the log's key.</summary>
    NotThisLog,
}
