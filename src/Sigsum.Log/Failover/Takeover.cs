using System.Text;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// The change of a node's role that a promotion record asks for, made between two lives of the node: the record is signed
/// with the log key and on stable storage, so nobody has to be asked.
/// </summary>
internal static class Takeover
{
    /// <summary>
    /// Name of the stored record with the id of the promotion record that <c>promote</c> has made here. Until it is done,
    /// nobody may have been fenced, and others may hold leaves that are committed: only it makes this node the primary.
    /// </summary>
    public const string BegunKey = "promotion-begun";

    /// <summary>What <see cref="BegunKey"/> holds; null removes it.</summary>
    public static StoreRecord Begun(PromotionRecord? record) =>
        new(BegunKey, record is null ? default : Encoding.ASCII.GetBytes(record.Id().ToString()));

    /// <summary>
    /// Whether a record that was handed over names the owner of this store, and the tree that the record speaks of is here.
    /// </summary>
    public static bool IsDue(ILogStore store, PromotionRecord? latest) =>
        store.Identity.Role == NodeRole.Secondary && latest is not null && latest.NodeId == store.Identity.NodeId
        && !IsBegun(store, latest) && latest.TreeHead.Size <= store.TreeHead.Size
        && ProofBuilder.Root(latest.TreeHead.Size, store) == latest.TreeHead.RootHash;

    /// <summary>Whether a record names another node, and the tree here is the one that was handed over to it.</summary>
    public static bool IsOver(ILogStore store, PromotionRecord? latest) =>
        store.Identity.Role == NodeRole.Primary && latest is not null && latest.NodeId != store.Identity.NodeId
        && latest.TreeHead == store.TreeHead;

    /// <summary>Makes a secondary the primary that the record says it is. The head that is known to be published stays: it
    /// was handed over with the record.</summary>
    public static void BecomePrimary(ILogStore store, string sthFile, IDisk disk)
    {
        // Before the role: a primary that finds neither file does not start, and this is done again.
        PutAway(store, sthFile, disk);
        Complete(sthFile, disk);
        store.UpdateIdentity(store.Identity.StepsTo(NodeRole.Primary), [TreeRecovery.Inherits(store)]);
    }

    /// <summary>Makes a primary that has handed over a secondary. Its tree is that of the new primary, leaf by leaf.</summary>
    public static void BecomeSecondary(ILogStore store, string sthFile, IDisk disk)
    {
        store.UpdateIdentity(store.Identity.StepsTo(NodeRole.Secondary), []);
        PutAway(store, sthFile, disk);
    }

    /// <summary>
    /// The last step of a promotion that was broken off before it: says how the log goes on, which is the careful way, where
    /// nothing says so yet.
    /// </summary>
    public static void Complete(string sthFile, IDisk disk)
    {
        var startup = new StartupFile(sthFile, disk);
        if (!new SthFile(sthFile, disk).Exists && startup.Read() == StartupMode.Saved)
            startup.Create(StartupMode.AwaitSecondary);
    }

    private static bool IsBegun(ILogStore store, PromotionRecord record) =>
        store.ReadRecord(BegunKey) is { } id && id.AsSpan().SequenceEqual(Begun(record).Value.Span);

    /// <summary>A head that was signed in another epoch is not what the next one begins with; it is kept under another name.</summary>
    public static void PutAway(ILogStore store, string sthFile, IDisk disk)
    {
        var epoch = Succession.Load(store)?.Epoch ?? 0;
        foreach (var path in new[] { sthFile, new StartupFile(sthFile, disk).Path })
        {
            if (disk.Exists(path))
                DurableFile.Rename(disk, path, $"{path}.before-epoch-{epoch}");
        }
    }
}
