using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Failover;

/// <summary>The decisions of failover, apart from everything that acts on them.</summary>
public sealed class FailoverRulesTests
{
    private static readonly PublicKey KeyA = Ed25519Signer.Generate().PublicKey;
    private static readonly PublicKey KeyB = Ed25519Signer.Generate().PublicKey;
    private static readonly Uri UrlA = new("http://a.example/");
    private static readonly Uri UrlB = new("http://b.example/");

    /// <summary>Any two promotions of one epoch share a node, and each has one that holds any committed leaf.</summary>
    [Fact]
    public void A_promotion_needs_enough_nodes_for_every_size_and_quorum()
    {
        Assert.Equal(1, PromotionRules.Needed(null));
        for (var n = 1; n <= 9; n++)
        {
            for (var k = 1; k <= n; k++)
            {
                var needed = PromotionRules.Needed(Roster(n, k));
                Assert.True(2 * needed > n, $"two promotions of {n} could miss each other");
                Assert.True(needed + k > n, $"{k} of {n} could hold a leaf that none of {needed} holds");
                Assert.True(needed <= n);
            }
        }
    }

    [Theory]
    [InlineData(5, 5, null, true, 1, false, true)] // nothing larger can have been signed
    [InlineData(5, 9, null, false, 2, false, true)] // no witnesses: nothing is published that the secondaries do not know
    [InlineData(5, 9, null, false, 1, false, false)] // ... but the other one may know what this one does not
    [InlineData(5, 9, null, true, 2, true, false)] // witnesses, and none asked
    [InlineData(5, 9, 5, true, 2, true, true)]
    [InlineData(5, 9, 5, true, 1, true, false)] // shown when the other one had stored it, and cosigned by nobody
    [InlineData(5, 9, 5, true, 2, false, false)] // the primary before lives, and may have a head cosigned now
    [InlineData(5, 9, 7, true, 2, true, false)] // a witness knows more
    public void A_known_head_is_shown_again_only_if_it_is_certainly_the_last(
        ulong known, ulong local, int? witnesses, bool cosigned, int quorum, bool fenced, bool expected)
    {
        var survey = witnesses is { } size ? new WitnessSurvey((ulong)size, "w", Conclusive: true, []) : null;
        var roster = Roster(2, quorum);
        Assert.Equal(expected, PromotionRules.IsLast(known, local, survey, cosigned, roster, fenced));
        if (survey is not null && known != local)
            Assert.False(PromotionRules.IsLast(known, local, survey with { Conclusive = false }, cosigned, roster, fenced));
    }

    [Fact]
    public void A_node_that_answers_in_the_place_of_another_one_leaves_that_one_behind()
    {
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        var current = new Roster(KeyA, 0, 1, Guid.NewGuid(), 1, [new(one, KeyA, UrlA)], default);
        ImmutableArray<SecondaryPeer> peers = [new(UrlA, KeyA)];

        var same = RosterPlan.Entries(peers, [null], current);
        Assert.Equal(one, Assert.Single(same).NodeId);
        Assert.Empty(RosterPlan.LeftBehind(current, same, new HashSet<Guid>(), current.Primary));

        var other = RosterPlan.Entries(peers, [new HeardNode(two)], current);
        Assert.Equal(one, Assert.Single(RosterPlan.LeftBehind(current, other, new HashSet<Guid>(), current.Primary)).NodeId);
        Assert.Empty(RosterPlan.LeftBehind(current, other, new HashSet<Guid> { one }, current.Primary));
    }

    [Fact]
    public void A_secondary_that_is_taken_out_is_left_behind_and_a_promoted_one_is_not()
    {
        var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
        var current = new Roster(KeyA, 0, 1, Guid.NewGuid(), 2, [new(one, KeyA, UrlA), new(two, KeyB, UrlB)], default);
        var next = RosterPlan.Entries([new(UrlB, KeyB)], [null], current);
        Assert.Equal(one, Assert.Single(RosterPlan.LeftBehind(current, next, new HashSet<Guid>(), current.Primary)).NodeId);
        Assert.Empty(RosterPlan.LeftBehind(current, next, new HashSet<Guid>(), primary: one));
        Assert.Equal(2, RosterPlan.LeftBehind(current, [], new HashSet<Guid>(), current.Primary).Count);
    }

    [Fact]
    public void A_secondary_without_an_id_is_listed_without_one()
    {
        var entries = RosterPlan.Entries([new(UrlA, KeyA), new(UrlB, KeyB)], [new HeardNode(null), null], null);
        Assert.All(entries, entry => Assert.Null(entry.NodeId));
    }

    [Fact]
    public void A_secondary_that_has_not_answered_is_listed_only_where_the_roster_lists_its_key_and_url()
    {
        var current = new Roster(KeyA, 0, 1, Guid.NewGuid(), 1, [new(Guid.NewGuid(), KeyA, UrlA)], default);
        Assert.Single(RosterPlan.Entries([new(UrlA, KeyA)], [null], current));
        Assert.Empty(RosterPlan.Entries([new(UrlA, KeyB)], [null], current));
        Assert.Empty(RosterPlan.Entries([new(UrlB, KeyA)], [null], current));
    }

    [Fact]
    public void As_many_as_a_promotion_needs_can_promote_one_of_themselves_and_fewer_cannot()
    {
        var roster = Roster(3, 2);
        Assert.Equal(2, PromotionRules.Needed(roster));
        Assert.True(RosterPlan.CannotPromote(roster, unaware: 1));
        Assert.False(RosterPlan.CannotPromote(roster, unaware: 2));
    }

    private static Roster Roster(int secondaries, int quorum) => new(
        KeyA, 0, 1, Guid.NewGuid(), quorum,
        [.. Enumerable.Range(0, secondaries).Select(_ => new RosterEntry(Guid.NewGuid(), KeyA, UrlA))], default);
}
