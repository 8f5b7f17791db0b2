using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What a recovery has to know.</summary>
/// <param name="DataDir">The node's directory; where there is none, a secondary is made.</param>
/// <param name="SthFile">The signed tree head of a primary.</param>
/// <param name="From">Internal endpoint of the node that holds the leaves.</param>
/// <param name="LogKey">The log's public key; necessary for a new node.</param>
/// <param name="DryRun">Change nothing.</param>
/// <param name="Node">How the other node is reached: time limit and certificates.</param>
internal sealed record RecoverOptions(
    string DataDir, string SthFile, Uri From, PublicKey? LogKey, bool DryRun, NodeOptions Node);

/// <summary>
/// Fetches what another node holds into the directory of a stopped one, and proves the roots: a primary goes on where the log
/// is, a new directory becomes that of a secondary, and a store that is damaged is built again. A running primary does the first by
/// itself when it starts.
/// </summary>
internal sealed class Recover(
    RecoverOptions options, NodeServices services, Func<string, Task<bool>> agree, IProgress<ulong>? progress)
{
    private readonly FailoverSteps _steps = new();

    /// <summary>Recovers, or says why not.</summary>
    /// <exception cref="FailoverException">It refuses.</exception>
    public async Task<FailoverReport> RunAsync(CancellationToken cancellationToken)
    {
        var isNew = !services.Machine.HasStore(options.DataDir);
        // Nothing is learned of promotions here: what is fetched is compared, and the node hears when it starts.
        using var nodes = InternalNetwork.Open(options.Node, Succession.OfNobody(services), services);
        var theirs = NodeStatus.Parse(await nodes.Node(options.From).GetStatusAsync(cancellationToken));
        var target = new TreeHead(theirs.Size, theirs.RootHash);
        Step("from", $"{options.From}: {theirs.Role} {theirs.NodeId:N}, size {theirs.Size}");
        CheckLog(theirs.LogKeyHash, isNew ? options.LogKey!.Value.KeyHash() : null);
        if (options.DryRun && isNew)
            return Report(changed: false, isNew);
        if (isNew && !await agree($"Make a secondary in {options.DataDir} from the {theirs.Size} leaves of {options.From}?"))
            throw new FailoverException("not agreed to; nothing was changed");

        var rebuild = new StoreRebuild(options, nodes, services);
        using (var store = isNew ? CreateStore() : OpenStore())
        {
            CheckLog(theirs.LogKeyHash, store.Identity.LogKeyHash);
            if (DamageMark.Load(store) is not { } damage)
                return await FetchAsync(store, nodes, target, isNew, cancellationToken);
            Step("here", $"damaged: {damage.Text}");
            rebuild.Check(theirs, store);
        }

        return await RebuildAsync(rebuild, theirs, cancellationToken);
    }

    private ILogStore CreateStore() => services.Machine.CreateStore(options.DataDir, StoreIdentity.ForNew(
        NodeRole.Secondary, TreeType.PreorderedLog, options.LogKey!.Value.KeyHash()));

    private ILogStore OpenStore() => options.DryRun
        ? services.Machine.OpenStoreReadOnly(options.DataDir)
        : services.Machine.OpenStore(options.DataDir);

    private async Task<FailoverReport> FetchAsync(
        ILogStore store, InternalNetwork nodes, TreeHead target, bool isNew, CancellationToken cancellationToken)
    {
        Step("here", $"{StoreFormat.RoleName(store.Identity.Role)} {store.Identity.NodeId:N}, size {store.TreeHead.Size}");
        if (store.Identity.Role == NodeRole.Secondary)
            return await FillAsync(store, nodes, target, isNew, cancellationToken);
        return await GoBackAsync(store, nodes, target, cancellationToken);
    }

    private async Task<FailoverReport> RebuildAsync(
        StoreRebuild rebuild, NodeStatus theirs, CancellationToken cancellationToken)
    {
        if (options.DryRun)
            return Report(changed: false, isNew: false);
        if (!await agree($"Build the store in {options.DataDir} again from the leaves of {options.From}?"))
            throw new FailoverException("not agreed to; nothing was changed");
        var (head, kept) = await rebuild.RunAsync(theirs, progress, cancellationToken);
        Step("rebuilt", $"size {head.Size}, root {head.RootHash}, as before; all of it was recomputed");
        Step("kept", $"what was there before is in {kept}");
        return new(true, _steps.All, ["start the node as what it was"]);
    }

    private async Task<FailoverReport> FillAsync(
        ILogStore store, InternalNetwork nodes, TreeHead target, bool isNew, CancellationToken cancellationToken)
    {
        var before = store.TreeHead.Size;
        if (!options.DryRun)
            await new LeafCopier(store).CopyAsync(nodes.Feed(options.From), target, progress, cancellationToken);
        Step("fetched", $"{store.TreeHead.Size - before} leaves; size {store.TreeHead.Size}, root {store.TreeHead.RootHash}");
        return Report(changed: isNew || store.TreeHead.Size > before, isNew: true);
    }

    private async Task<FailoverReport> GoBackAsync(
        ILogStore store, InternalNetwork nodes, TreeHead target, CancellationToken cancellationToken)
    {
        PrimaryStartup.CheckSuccession(Succession.Load(store), store.Identity.NodeId);
        var signed = PrimaryStartup.ClaimedHeads(store, new SthFile(options.SthFile, services.Machine.Disk), options.LogKey);
        var lacks = target.Size > store.TreeHead.Size
            || ProofBuilder.Root(target.Size, store) != target.RootHash;
        if (!lacks || options.DryRun)
        {
            Step("lacking", lacks ? "leaves are lacking here, or there are others: they would be fetched" : "nothing");
            return Report(changed: false, isNew: false);
        }

        if (!await agree($"Bring {options.DataDir} up to the tree of {options.From}, size {target.Size}?"))
            throw new FailoverException("not agreed to; nothing was changed");
        var inherited = TreeRecovery.InheritedSize(store, new StartupFile(options.SthFile, services.Machine.Disk).Read());
        var recovery = new TreeRecovery(store, options.DataDir, signed, inherited, nodes, services);
        switch (await recovery.RecoverAsync(options.From, target, progress, cancellationToken))
        {
            case RecoveryOutcome.Impossible impossible:
                throw new FailoverException(impossible.Reason);
            case RecoveryOutcome.Recovered recovered:
                Step("recovered", $"size {recovered.Before.Size} before, {recovered.After.Size} now, root {recovered.After.RootHash}");
                if (recovered.SetAside is { } path)
                    Step("set aside", $"leaves that only this node had are at the end of the tree, and in {path}");
                break;
        }

        return Report(changed: true, isNew: false);
    }

    private static void CheckLog(string? theirs, Hash? ours)
    {
        if (theirs is not null && ours is { } log && theirs != log.ToString())
            throw new FailoverException($"the other node belongs to the log with key hash {theirs}, not to {log}");
    }

    private FailoverReport Report(bool changed, bool isNew) => new(changed, _steps.All, isNew
        ? ["start it: `sigsum-log secondary`, with a key of its own, and tell the primary of it"]
        : ["start it: `sigsum-log primary`"]);

    private void Step(string name, string finding) => _steps.Add(name, finding);
}
