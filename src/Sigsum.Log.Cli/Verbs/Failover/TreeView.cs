using System.Globalization;
using Sigsum.Log.Failover;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>A node's tree, as the commands of <c>tree</c> show it.</summary>
internal sealed record TreeView(string Role, string TreeType, string TreeState, ulong Size, string RootHash)
{
    /// <summary>Of a stopped node.</summary>
    public static TreeView Of(ILogStore store) => new(
        StoreFormat.RoleName(store.Identity.Role), StoreFormat.TreeTypeName(store.Identity.TreeType),
        StoreFormat.TreeStateName(store.Identity.TreeState), store.TreeHead.Size, store.TreeHead.RootHash.ToString());

    /// <summary>Of a node that runs.</summary>
    public static TreeView Of(NodeStatus status) =>
        new(status.Role, status.TreeType, status.TreeState, status.Size, status.Root);

    /// <summary>Prints it.</summary>
    public void Print(bool json)
    {
        if (json)
        {
            Report.PrintJson(this);
            return;
        }

        Report.Table(
        [
            ("role", Role), ("type", TreeType), ("state", TreeState),
            ("size", Size.ToString(CultureInfo.InvariantCulture)), ("root", RootHash),
        ]);
    }

    /// <summary>Prints as JSON the tree that it is now, and whether it was another one before, or would be.</summary>
    public void PrintChangeAsJson(bool changed, bool wouldChange) => Report.PrintJson(new
    {
        Changed = changed,
        WouldChange = wouldChange,
        Role,
        TreeType,
        TreeState,
        Size,
        RootHash,
    });
}
