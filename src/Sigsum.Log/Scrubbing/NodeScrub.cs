using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Scrubbing;

/// <summary>The scrubber of each kind of node: what it holds the store against, and what damage means.</summary>
internal static class NodeScrub
{
    private const string Rebuild =
        "Stop this node, keep the directory, see what `sigsum-log verify` says, and have the store built again from a node that holds "
        + "all of it (`sigsum-log recover --from=URL`)";

    private const string PrimaryAdvice =
        $"nothing is signed and no leaf is taken any more. {Rebuild}, or promote a secondary (`sigsum-log promote`)";

    private const string SecondaryAdvice =
        $"nothing is stored or acknowledged any more. {Rebuild}, or let it copy the primary's tree into a new directory "
        + "(`sigsum-log init --role=secondary`)";

    /// <summary>Of a primary: damage takes the authority to sign away, and from the public whatever head covers
    /// it.</summary>
    public static Scrubber OfPrimary(
        NodeOptions options, ILogStore store, PublicKey logKey, TreeHeadSigner signer, Publisher publisher,
        PrimaryRole role, StoreDamage damage, NodeServices services)
    {
        return Create(options, store, Claims, damage, Found, PrimaryAdvice, services);

        StoreClaims Claims()
        {
            var claims = FromRecords(store, logKey);
            if (claims.Problems.IsEmpty && !publisher.IsStoredAsShown())
                claims = claims with { Problems = ["the published tree head is not stored as it is shown"] };
            return signer.Last is { } last
                ? claims with { Heads = claims.Heads.Add(new("the signed tree head", last.Signed.TreeHead)) }
                : claims;
        }

        void Found(StoreProblem problem)
        {
            role.Revoke($"the store is damaged: {problem.Text}");
            if (problem.SoundSize is { } size)
                publisher.WithdrawAbove(size);
        }
    }

    /// <summary>Of a secondary, which looks at <paramref name="damage"/> before it stores or acknowledges.</summary>
    public static Scrubber OfSecondary(
        NodeOptions options, ILogStore store, PublicKey? logKey, StoreDamage damage, NodeServices services) =>
        Create(
            options, store, () => FromRecords(store, logKey), damage, static _ => { }, SecondaryAdvice, services);

    /// <summary>Whether a node has something to scrub, and may.</summary>
    public static bool IsOn(NodeOptions options) => options is { ScrubRate: > 0, Backend: Backend.Embedded };

    private static Scrubber Create(
        NodeOptions options, ILogStore store, Func<StoreClaims> claims, StoreDamage damage, Action<StoreProblem> found,
        string advice, NodeServices services)
    {
        var scrubber = new Scrubber(
            store, options.ScrubRate, options.ScrubInterval, claims, damage, found, advice, services);
        services.Metrics.Scrub.Observe(() => scrubber.Progress);
        scrubber.Recall();
        return scrubber;
    }

    private static StoreClaims FromRecords(ILogStore store, PublicKey? logKey)
    {
        var records = StoredRecords.Read(store, logKey);
        return new StoreClaims(records.HeadsOf(store), records.Problems);
    }
}
