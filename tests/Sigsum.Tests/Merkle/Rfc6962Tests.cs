using Sigsum.Crypto;
using Sigsum.Merkle;

namespace Sigsum.Tests.Merkle;

public sealed class Rfc6962Tests
{
    [Fact]
    public void The_empty_root_is_the_hash_of_nothing() =>
        Assert.Equal(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Rfc6962.EmptyRoot.ToString());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(5000)]
    public void A_leaf_is_hashed_with_a_zero_in_front(int length)
    {
        byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        Assert.Equal(Hash.Sha256([0, .. data]), Rfc6962.HashLeaf(data));
    }

    [Fact]
    public void A_node_is_hashed_with_a_one_in_front()
    {
        (Hash left, Hash right) = (Hash.Sha256("left"u8), Hash.Sha256("right"u8));
        Assert.Equal(Hash.Sha256([1, .. left.AsSpan(), .. right.AsSpan()]), Rfc6962.HashNode(left, right));
    }
}
