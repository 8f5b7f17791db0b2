using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>What a promotion proves from this node's own files, before anybody is asked and anything is changed.</summary>
internal sealed class PromotionChecks(
    ILogStore store, PublicKey logKey, SthFile sth, StartupFile startup, FailoverSteps steps)
{
    /// <summary>The store must be that of a secondary of the key's log, and not be known to be damaged.</summary>
    /// <exception cref="FailoverException">It is another.</exception>
    public void CheckStore(PromotionRecord? latest)
    {
        var identity = store.Identity;
        if (identity.TreeType != TreeType.PreorderedLog)
            throw new FailoverException($"the tree is of type {StoreFormat.TreeTypeName(identity.TreeType)}: not a secondary's");
        if (DamageMark.Load(store) is { } mark)
        {
            throw new FailoverException($"the store is damaged: {mark.Text}. Promote another node. If the store has been repaired, start "
                + "this node: a complete check that finds nothing takes the mark away");
        }

        if (identity.LogKeyHash is not { } log)
        {
            throw new FailoverException("this secondary was never told its log's key, neither by --log-key-file nor by its "
                + "primary: nothing proves that its tree is the log's");
        }

        if (log != logKey.KeyHash())
            throw new FailoverException($"the key has key hash {logKey.KeyHash()}, the store belongs to the log {log}");
        steps.Add("store", $"secondary {identity.NodeId:N} of log {log}, size {store.TreeHead.Size}, epoch {latest?.Epoch ?? 0}");
    }

    /// <summary>The latest roster that is known must count the node.</summary>
    /// <exception cref="FailoverException">It does not.</exception>
    public void CheckRoster(Roster roster)
    {
        if (roster.Secondaries.All(entry => entry.NodeId != store.Identity.NodeId))
        {
            throw new FailoverException($"the primary has taken this node out of its roster ({roster.Epoch}.{roster.Number}): it may "
                + "lack leaves that are committed. Promote one of: " + PromotionPeers.Names(roster.Secondaries));
        }

        steps.Add("roster",
            $"{roster.Epoch}.{roster.Number}: {roster.Secondaries.Length} secondaries, {roster.Quorum} had to hold a leaf");
    }

    /// <summary>Where no roster is known, nothing shows that the node has ever held what is committed: the operator has to know it.</summary>
    /// <param name="vouchedFor">Whether the operator does.</param>
    /// <exception cref="FailoverException">It holds nothing, or nobody is certain.</exception>
    public void CheckWithoutRoster(bool vouchedFor)
    {
        var size = store.TreeHead.Size;
        if (size == 0)
        {
            throw new FailoverException("this node holds no leaf and is on no roster: there is nothing to promote. Promote another node; "
                + "where the log has no leaves at all, make a new primary with `sigsum-log init`");
        }

        if (!vouchedFor)
        {
            throw new FailoverException($"no roster lists this node: its primary has not counted it yet, and the log may have more than the "
                + $"{size} leaves here. Promote a node that is listed. Where there is none (log-go makes no rosters), and you are certain "
                + "that these are all leaves of the log, write --without-roster");
        }

        steps.Add("roster", $"none (--without-roster): taken on trust that the log has no more than the {size} leaves here");
    }

    /// <summary>The latest head that is known here; it and the one in the sth file must be heads of this tree.</summary>
    /// <exception cref="FailoverException">One is not.</exception>
    public CosignedTreeHead? CheckHeads()
    {
        var known = Publisher.LoadPublished(store, logKey);
        if (known is { } published)
            CheckPrefix(published.SignedTreeHead.TreeHead, "the head that was published last, as far as is known here,");
        steps.Add("last head", known is null ? "none is known here" : $"size {known.SignedTreeHead.TreeHead.Size}, in this tree");
        if (!sth.Exists)
            return known;
        var carried = LoadSth();
        CheckPrefix(carried.TreeHead, $"the signed tree head in {sth.Path}");
        steps.Add("sth file", $"{sth.Path}: size {carried.TreeHead.Size}, in this tree");
        return known?.SignedTreeHead.TreeHead.Size >= carried.TreeHead.Size ? known : new CosignedTreeHead(carried, []);
    }

    /// <summary>What the startup file says, if there is one, must be what a promoted log can begin with.</summary>
    /// <exception cref="FailoverException">It is not.</exception>
    public void CheckStartup()
    {
        StartupMode mode;
        try
        {
            mode = startup.Read();
        }
        catch (SigsumFormatException error)
        {
            throw new FailoverException(error.Message);
        }

        if (mode == StartupMode.Empty)
            throw new FailoverException($"{startup.Path} says that the log begins empty; it does not: remove the file");
        if (mode != StartupMode.Saved && sth.Exists)
            throw new FailoverException($"there is both {sth.Path} and {startup.Path}: remove the latter");
    }

    private SignedTreeHead LoadSth()
    {
        try
        {
            return sth.Load(logKey);
        }
        catch (StartupException error)
        {
            throw new FailoverException($"{error.Message}. Remove the file, or put the log's own there");
        }
    }

    private void CheckPrefix(TreeHead head, string what)
    {
        if (head.Size > store.TreeHead.Size)
        {
            throw new FailoverException($"{what} has {head.Size} leaves, this tree only {store.TreeHead.Size}: promote a secondary "
                + "that holds more, or recover this one first");
        }

        if (ProofBuilder.Root(head.Size, store) != head.RootHash)
            throw new FailoverException($"{what} (size {head.Size}) is no head of this tree: it is not the log's, or damaged");
    }
}
