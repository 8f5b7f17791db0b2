namespace Sigsum.Log.Diagnostics;

/// <summary>
/// The values that log-go gives the label <c>endpoint</c>. Those of endpoints with arguments end in a slash there
/// (it uses the route's prefix), and dashboards select by them.
/// </summary>
internal static class EndpointNames
{
    public const string AddLeaf = "add-leaf";
    public const string GetTreeHead = "get-tree-head";
    public const string GetInclusionProof = "get-inclusion-proof/";
    public const string GetConsistencyProof = "get-consistency-proof/";
    public const string GetLeaves = "get-leaves/";
    public const string GetSecondaryTreeHead = "get-secondary-tree-head";
}
