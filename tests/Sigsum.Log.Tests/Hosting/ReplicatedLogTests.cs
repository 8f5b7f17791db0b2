using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Proofs;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>A primary and a secondary together: what is promised to submitters, and what stops signing.</summary>
public sealed class ReplicatedLogTests
{
    [Fact]
    public async Task Leaves_are_committed_replicated_cosigned_and_provable()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(log.CommitAsync));

        var head = await log.PublishedAsync(200);
        Assert.Equal(200ul, head.SignedTreeHead.TreeHead.Size);
        Assert.True(head.SignedTreeHead.Verify(log.LogKey.PublicKey));
        Assert.Equal(log.Witness!.PublicKey.KeyHash(), Assert.Single(head.Cosignatures).KeyHash);
        Assert.Equal(head.SignedTreeHead.TreeHead, log.Secondary!.LocalTree);

        var policy = TrustPolicy.Parse(System.Text.Encoding.ASCII.GetBytes(
            $"log {log.LogKey.PublicKey}\nwitness w {log.Witness.PublicKey}\nquorum w\n"));
        for (var number = 0; number < 200; number += 17)
        {
            var request = await log.RequestAsync(number);
            var leaf = request.ToLeaf();
            var inclusion = await log.Client.GetInclusionProofAsync(
                new InclusionProofRequest(200, leaf.LeafHash()), TestLog.Cancel);
            SigsumProof.Create(log.LogKey.PublicKey, leaf, head, inclusion)
                .Verify(request.Message, [request.PublicKey], policy);
        }
    }

    [Fact]
    public async Task A_restart_shows_the_same_head_with_its_cosignatures_and_goes_on()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        await log.CommitAsync(2);
        var before = await log.PublishedAsync(2);
        await log.StopPrimaryAsync();
        await log.StopSecondaryAsync();
        await log.Witness!.DisposeAsync();

        // Neither the witness nor the secondary is there to say that this is no older copy of what was shown.
        await log.StartPrimaryAsync();
        await log.ShowsNothingAsync();
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(1));
        // The witness stays away, so the cosignatures can only come from the store.
        await log.StartSecondaryAsync();
        await Testing.Eventually.UntilAsync(
            "the head that was shown before", TestLog.Patience,
            async cancel => before.Equals(await log.Client.GetTreeHeadAsync(cancel)), TestLog.Cancel);
        await log.CommitAsync(3);
    }

    [Fact]
    public async Task An_older_copy_that_lacks_no_leaf_shows_no_head_that_is_smaller_than_what_a_secondary_holds()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        await log.CommitAsync(2);
        var older = await log.PublishedAsync(2);
        await log.CommitAsync(3);
        await log.PublishedAsync(3);
        await log.StopPrimaryAsync();
        await log.Witness!.DisposeAsync();
        // As copied between the storing of the last leaf and the signature.
        new SthFile(log.SthFile, HostDisk.Instance).Store(older.SignedTreeHead);
        using (var store = RocksDbLogStore.Open(log.PathOf("primary")))
            store.CommitRecords([Publisher.ToStore(older)]);

        await log.StartPrimaryAsync(options => options with { RequireQuorum = true });
        await log.CommitAsync(4);
        await log.ShowsNothingAsync();
    }

    [Fact]
    public async Task While_the_secondary_is_down_leaves_are_accepted_but_no_head_grows()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(300) });
        await log.CommitAsync(1);
        await log.PublishedAsync(1);
        await log.StopSecondaryAsync();

        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        Assert.Equal(1ul, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead.TreeHead.Size);
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(1));
        await TestLog.NotReadyAsync(log.PrimaryServices, "secondary");

        await log.StartSecondaryAsync();
        await log.CommitAsync(2);
        await log.PublishedAsync(2);
    }

    [Fact]
    public async Task With_two_secondaries_all_must_hold_a_leaf_unless_the_operator_asks_for_fewer()
    {
        await using var log = new TestLog();
        PrimaryOptions Two(PrimaryOptions o) => o with
        {
            Secondaries = [o.Secondaries[0], log.OtherPeer],
            CommitWait = TimeSpan.FromMilliseconds(300),
        };
        await log.StartSecondaryAsync();
        await log.StartOtherSecondaryAsync();
        await log.StartPrimaryAsync(Two);
        await log.CommitAsync(1);
        Assert.Equal(log.Secondary!.LocalTree, log.OtherSecondary!.LocalTree);
        await log.StopOtherSecondaryAsync();
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        await log.StopPrimaryAsync();

        // One will do, but not right after a start: the one that is away may hold what this one lacks.
        await log.StartPrimaryAsync(o => Two(o) with { SecondaryQuorum = 1 });
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        await log.StartOtherSecondaryAsync();
        await log.CommitAsync(2);
        await log.StopSecondaryAsync();
        await log.CommitAsync(3);
        Assert.Equal(3ul, log.OtherSecondary.LocalTree.Size);
    }

    [Fact]
    public async Task A_secondary_put_back_to_an_older_copy_fetches_the_difference()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        await log.StopSecondaryAsync();
        log.Backup("secondary");
        await log.StartSecondaryAsync();
        await log.CommitAsync(2);
        await log.StopSecondaryAsync();
        log.Restore("secondary");
        await log.StartSecondaryAsync();
        await log.CommitAsync(3);
        Assert.Equal((await log.PublishedAsync(3)).SignedTreeHead.TreeHead, log.Secondary!.LocalTree);
    }

    [Fact]
    public async Task A_secondary_with_another_tree_stores_nothing_and_nothing_is_signed()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        await log.PublishedAsync(1);
        await log.StopPrimaryAsync();
        await log.StopSecondaryAsync();

        // The same node with one other leaf: as after damage.
        await OtherTree.ReplaceAsync(log.PathOf("secondary"), 1);
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(300) });
        // Which of the two notices first is a matter of who asks first: the primary its acknowledgement, or the secondary
        // the head that is pushed to it and what its scrubber reads.
        await TestLog.NotReadyAsync(log.PrimaryServices, "different roots for size 1", "acknowledge");
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(1));
        await TestLog.NotReadyAsync(log.SecondaryServices, "the log has signed root", "damaged", "not the same tree");
        Assert.Equal(1ul, log.Secondary!.LocalTree.Size);
        await log.ShowsNothingAsync();
    }

    [Fact]
    public async Task A_secondary_with_leaves_keeps_a_log_from_being_started_as_an_empty_one()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StopSecondaryAsync();
        await OtherTree.WriteAsync(log.PathOf("secondary"), 5);
        await log.StartSecondaryAsync();
        var refused = await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync());
        Assert.Contains("holds 5 leaves", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_replaces_a_secondary_does_not_count_until_the_one_before_is_declared_lost()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);
        await log.StopSecondaryAsync();
        await log.StopPrimaryAsync();
        Guid before;
        using (var store = RocksDbLogStore.Open(log.PathOf("secondary")))
            before = store.Identity.NodeId;
        Directory.Delete(log.PathOf("secondary"), recursive: true);
        await log.StartSecondaryAsync();

        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(300) });
        await TestLog.NotReadyAsync(log.PrimaryServices, $"--lost-node={before:N}");
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        // The word of a node that has never held the log says nothing of what was shown.
        await log.ShowsNothingAsync();
        await log.StopPrimaryAsync();

        await log.StartPrimaryAsync(o => o with { LostNodes = [before] });
        await log.CommitAsync(2);
    }

    [Fact]
    public async Task A_secondary_whose_tree_is_frozen_stores_nothing_and_lives()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StopSecondaryAsync();
        using (var store = RocksDbLogStore.Open(log.PathOf("secondary")))
            store.UpdateIdentity(store.Identity with { TreeState = TreeState.Frozen }, []);
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(1));
        await TestLog.NotReadyAsync(log.SecondaryServices, "frozen");
        Assert.True(log.SecondaryServices.Health.Liveness().Ok);
        Assert.False(log.Secondary!.Completion.IsCompleted);
    }

    [Fact]
    public async Task The_word_of_a_secondary_with_another_key_is_not_counted()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync(o => o with
        {
            CommitWait = TimeSpan.FromMilliseconds(300),
            Secondaries = [o.Secondaries[0] with { PublicKey = log.Submitter.PublicKey }],
        });
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(1));
        await TestLog.NotReadyAsync(log.PrimaryServices, "configured key did not sign");
        Assert.Equal(0ul, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead.TreeHead.Size);
    }
}
