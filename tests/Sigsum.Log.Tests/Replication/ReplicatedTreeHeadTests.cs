using CsCheck;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Replication;

public sealed class ReplicatedTreeHeadTests
{
    private static TreeHead Head(int size) => new((ulong)size, Hash.Sha256([(byte)size]));

    [Fact]
    public void What_may_be_signed_is_held_by_enough_secondaries_and_nothing_larger_is()
    {
        var cases = from held in Gen.Int[-1, 20].List[1, 5]
                    from required in Gen.Int[1, held.Count]
                    select (held, required);
        cases.Sample(c =>
        {
            var acknowledged = c.held.Select(size => size < 0 ? (TreeHead?)null : Head(size)).ToArray();
            var result = ReplicatedTreeHead.FromAcknowledgements(acknowledged, c.required);
            int Holders(int size) => c.held.Count(h => h >= size);
            if (result is null)
                return Holders(0) < c.required;
            var size = (int)result.TreeHead.Size;
            return Holders(size) >= c.required && Holders(size + 1) < c.required && result.TreeHead == Head(size);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_quorum_out_of_range_is_an_error_not_a_head(int required) =>
        Assert.Throws<InvariantViolationException>(
            () => ReplicatedTreeHead.FromAcknowledgements([Head(1), Head(2)], required));
}
