namespace Sigsum.Client;

/// <summary>What a log says about a leaf that was submitted to it (log.md, section 3.5).</summary>
public enum AddLeafStatus
{
    /// <summary>200: the log is committed to publishing the leaf.</summary>
    Committed,

    /// <summary>202: the log has taken the leaf, but may still lose it; submit again until committed.</summary>
    Accepted,
}
