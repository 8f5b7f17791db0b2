namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Type and state of a node's tree.</summary>
internal static class TreeVerbs
{
    /// <summary>The commands.</summary>
    public static VerbGroup Group { get; } = new(
        "tree", "show, freeze, unfreeze or convert a node's tree", new TreeShowVerb(), new TreeFreezeVerb(freeze: true),
        new TreeFreezeVerb(freeze: false), new TreeConvertVerb());
}
