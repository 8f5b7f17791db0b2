using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>Tree hashes computed by the definition (RFC 6962 section 2.1), with no code in common with a
/// store.</summary>
internal sealed class InMemoryNodes(IReadOnlyList<Leaf> leaves)
{
    private readonly Hash[] _hashes = [.. leaves.Select(leaf => leaf.LeafHash())];

    public Hash Leaf(ulong index) => _hashes[index];

    public Hash Root(ulong size) => size == 0 ? Rfc6962.EmptyRoot : Root(_hashes.AsSpan(0, (int)size));

    private static Hash Root(ReadOnlySpan<Hash> hashes)
    {
        if (hashes.Length == 1)
        {
            return hashes[0];
        }

        int left = 1;
        while (left * 2 < hashes.Length)
        {
            left *= 2;
        }

        return Rfc6962.HashNode(Root(hashes[..left]), Root(hashes[left..]));
    }
}
