using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>Another node's tree, as its feed shows it: the root for each size, one small request each.</summary>
internal sealed class RemoteTree(FeedClient feed)
{
    /// <summary>The other node's root for a size that it holds; not signed.</summary>
    /// <exception cref="LogClientException">It cannot be asked, or does not say (log-go).</exception>
    public async Task<Hash?> RootAsync(ulong size, CancellationToken cancellationToken)
    {
        if (size == 0)
            return Rfc6962.EmptyRoot;
        var batch = await feed.GetLeavesAsync(size - 1, size, TimeSpan.Zero, cancellationToken);
        return batch.PrimaryTree?.RootHash;
    }

    /// <summary>
    /// The largest tree that both have, up to a size that both hold: found by halving, since two trees that agree at a size
    /// agree at every smaller one.
    /// </summary>
    /// <returns>Null where the other node does not tell its roots.</returns>
    public async Task<TreeHead?> CommonPrefixAsync(ILogStore store, ulong size, CancellationToken cancellationToken)
    {
        ulong same = 0;
        var first = true;
        for (ulong other = size + 1; same + 1 < other;)
        {
            // The whole is looked at first: most of the time it is the same.
            var middle = first ? size : same + ((other - same) / 2);
            first = false;
            if (await RootAsync(middle, cancellationToken) is not { } theirs)
                return null;
            if (theirs == ProofBuilder.Root(middle, store))
                same = middle;
            else
                other = middle;
        }

        return new TreeHead(same, ProofBuilder.Root(same, store));
    }
}
