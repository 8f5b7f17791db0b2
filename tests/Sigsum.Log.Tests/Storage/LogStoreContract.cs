using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>What every backend must do with the tree.</summary>
public abstract class LogStoreContract : RecordStoreContract
{
    [Fact]
    public void A_new_store_is_empty_and_knows_who_it_is()
    {
        Reopen();
        Assert.Equal(TreeHead.Empty, Store.TreeHead);
        Assert.Equal(NewIdentity, Store.Identity);
        Assert.Empty(Store.ReadRecords(""));
    }

    [Fact]
    public void What_was_appended_is_there_after_opening_again()
    {
        var appender = TreeAppender.Restore(Store);
        appender.Append(Store, 3);
        appender.Append(Store, 1);
        appender.Append(Store, 300);
        Reopen();
        Assert.Equal(304ul, Store.TreeHead.Size);
        Assert.Equal(appender.TreeHead, Store.TreeHead);
        Assert.Equal(StoreData.Leaves(0, 304), Read(0, 304));

        appender = TreeAppender.Restore(Store);
        appender.Append(Store, 5);
        Reopen();
        Assert.Equal(StoreData.Leaves(300, 9), Read(300, 9));
    }

    [Fact]
    public void Roots_and_proofs_of_every_size_are_those_of_the_leaves()
    {
        const int count = 70;
        var reference = new InMemoryNodes(StoreData.Leaves(0, count));
        var appender = TreeAppender.Restore(Store);
        for (int size = 1; size <= count; size++)
        {
            appender.Append(Store, 1);
            Assert.Equal(reference.Root((ulong)size), Store.TreeHead.RootHash);
        }

        Reopen();
        for (ulong size = 1; size <= count; size++)
        {
            var head = new TreeHead(size, reference.Root(size));
            Assert.Equal(head.RootHash, ProofBuilder.Root(size, Store));
            for (ulong index = 0; index < size; index++)
            {
                var inclusion = ProofBuilder.Inclusion(index, size, Store);
                Assert.True(ProofVerifier.VerifyInclusion(reference.Leaf(index), index, head, inclusion.Path.AsSpan()));
            }

            for (ulong old = 1; old < size; old++)
            {
                var consistency = ProofBuilder.Consistency(old, size, Store);
                Assert.True(ProofVerifier.VerifyConsistency(
                    new TreeHead(old, reference.Root(old)), head, consistency.Path.AsSpan()));
            }
        }
    }

    [Fact]
    public void Proofs_of_a_larger_tree_hold_too()
    {
        const int count = 3001;
        var reference = new InMemoryNodes(StoreData.Leaves(0, count));
        var appender = TreeAppender.Restore(Store);
        while (appender.TreeHead.Size < count)
        {
            appender.Append(Store, (int)Math.Min(251, count - appender.TreeHead.Size));
        }

        Reopen();
        var head = Store.TreeHead;
        Assert.Equal(new TreeHead(count, reference.Root(count)), head);
        for (ulong index = 0; index < count; index += 97)
        {
            var inclusion = ProofBuilder.Inclusion(index, count, Store);
            Assert.True(ProofVerifier.VerifyInclusion(reference.Leaf(index), index, head, inclusion.Path.AsSpan()));
            var old = new TreeHead(index + 1, reference.Root(index + 1));
            Assert.True(ProofVerifier.VerifyConsistency(
                old, head, ProofBuilder.Consistency(old.Size, count, Store).Path.AsSpan()));
        }
    }

    [Fact]
    public void A_leaf_is_found_by_its_hash_and_nothing_else_is()
    {
        TreeAppender.Restore(Store).Append(Store, 100);
        Reopen();
        for (ulong i = 0; i < 100; i++)
        {
            Assert.Equal(i, Store.FindLeaf(StoreData.Leaf(i).LeafHash()));
        }

        Assert.Null(Store.FindLeaf(StoreData.Leaf(100).LeafHash()));
        Assert.Null(Store.FindLeaf(default));
    }

    [Fact]
    public void Of_a_leaf_that_is_there_twice_the_first_is_found()
    {
        var appender = TreeAppender.Restore(Store);
        Leaf twice = StoreData.Leaf(7);
        Commit(appender, appender.Prepare([StoreData.Leaf(1), twice, twice]));
        Commit(appender, appender.Prepare([twice]));
        Reopen();
        Assert.Equal(1ul, Store.FindLeaf(twice.LeafHash()));
        Assert.Equal(4ul, Store.TreeHead.Size);
    }

    [Fact]
    public void A_tree_that_was_taken_back_is_as_if_it_had_never_been_larger()
    {
        const int most = 20;
        var reference = new InMemoryNodes(StoreData.Leaves(0, most));
        for (ulong size = 1; size <= most; size++)
        {
            for (ulong to = 0; to <= size; to++)
            {
                TakeBack(0, TreeHead.Empty);
                TreeAppender.Restore(Store).Append(Store, (int)size);
                var head = new TreeHead(to, reference.Root(to));
                TakeBack(to, head);
                Assert.Equal(head, Store.TreeHead);
                Assert.Equal(StoreData.Leaves(0, (int)to), Read(0, (int)to));
                for (ulong i = 0; i < size; i++)
                    Assert.Equal(i < to ? i : null, Store.FindLeaf(StoreData.Leaf(i).LeafHash()));

                // Other leaves take their place, one of those that were taken off among them.
                var appender = TreeAppender.Restore(Store);
                Leaf[] others = [.. StoreData.Leaves(1000, 3), StoreData.Leaf(to)];
                Commit(appender, appender.Prepare(others));
                Reopen();
                Assert.Equal(to + 3, Store.FindLeaf(StoreData.Leaf(to).LeafHash()));
                for (ulong i = to + 1; i < size; i++)
                    Assert.Null(Store.FindLeaf(StoreData.Leaf(i).LeafHash()));
                var report = new StoreVerifier(Store).Run([], null, TestContext.Current.CancellationToken);
                Assert.True(report.IsWhole, string.Join('\n', report.Problems));
                Assert.Equal(to + 4, report.Leaves);
            }
        }
    }

    [Fact]
    public void A_leaf_that_is_there_twice_is_still_found_when_the_second_is_taken_off()
    {
        var appender = TreeAppender.Restore(Store);
        Leaf twice = StoreData.Leaf(7);
        Commit(appender, appender.Prepare([StoreData.Leaf(1), twice]));
        var head = Store.TreeHead;
        Commit(appender, appender.Prepare([twice]));
        TakeBack(2, head);
        Assert.Equal(1ul, Store.FindLeaf(twice.LeafHash()));
    }

    [Fact]
    public void No_hash_is_remembered_of_leaves_that_were_taken_off()
    {
        const int subtree = 1 << StoreKeys.UpperLevel;
        var appender = TreeAppender.Restore(Store);
        appender.Append(Store, subtree - 1);
        var before = Store.TreeHead;
        appender.Append(Store, 1);
        var whole = new NodeId(StoreKeys.UpperLevel, 0);
        Assert.Equal(Store.TreeHead.RootHash, Store.ReadNode(whole));
        TakeBack((ulong)(subtree - 1), before);

        var other = StoreData.Leaf(1000);
        Store.Commit(TreeAppender.Restore(Store).Prepare([other], [other.LeafHash()], []));
        Assert.Equal(Store.TreeHead.RootHash, Store.ReadNode(whole));
        Assert.Equal(Store.TreeHead.RootHash, ProofBuilder.Root((ulong)subtree, Store));
    }

    [Fact]
    public void Leaves_are_taken_off_only_while_the_tree_is_frozen_and_only_to_a_head_of_it()
    {
        var appender = TreeAppender.Restore(Store);
        appender.Append(Store, 5);
        var five = Store.TreeHead;
        appender.Append(Store, 4);
        var nine = Store.TreeHead;
        Refused(five);
        Store.UpdateIdentity(NewIdentity with { TreeState = TreeState.Frozen }, []);
        Refused(nine with { Size = 10 });
        Refused(five with { RootHash = nine.RootHash });
        Refused(nine with { RootHash = five.RootHash });
        Store.Truncate(five, [], []);
        Assert.Equal(five, Store.TreeHead);
        Store.Truncate(five, [], [new StoreRecord("test/taken", new byte[] { 1 })]);
        Reopen();
        Assert.Equal(five, Store.TreeHead);
        Assert.NotNull(Store.ReadRecord("test/taken"));

        void Refused(TreeHead to)
        {
            Assert.Throws<StoreException>(() => Store.Truncate(to, [], [new StoreRecord("test/not", new byte[] { 1 })]));
            Assert.Equal(nine, Store.TreeHead);
            Assert.Null(Store.ReadRecord("test/not"));
        }
    }

    [Fact]
    public void A_batch_that_does_not_continue_the_tree_is_refused_and_leaves_nothing()
    {
        var appender = TreeAppender.Restore(Store);
        var late = TreeAppender.Restore(Store);
        appender.Append(Store, 10);
        var before = Store.TreeHead;

        var batch = late.Prepare(StoreData.Leaves(1000, 3), new StoreRecord("test/late", new byte[] { 1 }));
        Assert.Throws<StoreException>(() => Store.Commit(batch));

        // The same size with other leaves is another tree, though the index would fit.
        late = TreeAppender.Restore(new MemoryLogStore(NewIdentity));
        late.Accept(late.Prepare(StoreData.Leaves(2000, 10)));
        Assert.Equal(10ul, late.TreeHead.Size);
        batch = late.Prepare(StoreData.Leaves(1000, 3), new StoreRecord("test/late", new byte[] { 1 }));
        Assert.Throws<StoreException>(() => Store.Commit(batch));

        Reopen();
        Assert.Equal(before, Store.TreeHead);
        Assert.Null(Store.FindLeaf(StoreData.Leaf(1000).LeafHash()));
        Assert.Null(Store.ReadRecord("test/late"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(10, 1));
        TreeAppender.Restore(Store).Append(Store, 1);
    }

    [Fact]
    public void A_batch_must_be_whole()
    {
        var appender = TreeAppender.Restore(Store);
        Leaf[] leaves = StoreData.Leaves(0, 2);
        Assert.Throws<ArgumentException>(() => appender.Prepare(leaves, [leaves[0].LeafHash()], []));
        Assert.Throws<ArgumentException>(() => appender.Prepare([], [], []));
        Assert.Throws<ArgumentException>(() => appender.Prepare(leaves, new StoreRecord("not a key", new byte[1])));
        Assert.Throws<ArgumentException>(
            () => appender.Prepare(leaves, new StoreRecord("test/key", new byte[StoreRecord.MaxValueLength + 1])));
    }

    [Fact]
    public void Only_the_batch_that_was_prepared_last_can_be_accepted()
    {
        var appender = TreeAppender.Restore(Store);
        var first = appender.Prepare(StoreData.Leaves(0, 1));
        var second = appender.Prepare(StoreData.Leaves(0, 2));
        Assert.Throws<InvalidOperationException>(() => appender.Accept(first));
        Commit(appender, second);
        Assert.Throws<InvalidOperationException>(() => appender.Accept(second));
        Assert.Equal(2ul, appender.TreeHead.Size);
    }

    [Fact]
    public void Reads_beyond_the_tree_are_errors_of_the_caller()
    {
        TreeAppender.Restore(Store).Append(Store, 5);
        Assert.Equal([], Read(5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(ulong.MaxValue, 1));
        NodeId[] missing =
            [new(0, 5), new(1, 2), new(2, 1), new(3, 0), new(63, 0), new(-1, 0), new(64, 0), new(0, ulong.MaxValue)];
        foreach (var id in missing)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Store.ReadNode(id));
        }
    }

    [Fact]
    public async Task Readers_see_whole_commits_while_the_tree_grows()
    {
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(() => ReadUntil(seed, stop.Token))).ToArray();
        var appender = TreeAppender.Restore(Store);
        for (int round = 0; round < 60; round++)
        {
            byte[] size = BitConverter.GetBytes(appender.TreeHead.Size + 37);
            appender.Append(Store, 37, new StoreRecord("test/size", size));
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    private protected Leaf[] Read(ulong start, int count)
    {
        var leaves = new Leaf[count];
        Store.ReadLeaves(start, leaves);
        return leaves;
    }

    private void ReadUntil(int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            var head = Store.TreeHead;
            Assert.Equal(0ul, head.Size % 37);
            if (head.Size == 0)
            {
                continue;
            }

            Assert.Equal(head.RootHash, ProofBuilder.Root(head.Size, Store));
            Assert.InRange(BitConverter.ToUInt64(Store.ReadRecord("test/size")), head.Size, ulong.MaxValue);
            ulong index = (ulong)random.NextInt64((long)head.Size);
            Assert.Equal(StoreData.Leaf(index), Read(index, 1)[0]);
            Assert.Equal(index, Store.FindLeaf(StoreData.Leaf(index).LeafHash()));
            var proof = ProofBuilder.Inclusion(index, head.Size, Store);
            Assert.True(
                ProofVerifier.VerifyInclusion(Store.ReadNode(new NodeId(0, index)), index, head, proof.Path.AsSpan()));
        }
    }

    private void TakeBack(ulong size, TreeHead head)
    {
        Assert.Equal(size, head.Size);
        Store.UpdateIdentity(Store.Identity with { TreeState = TreeState.Frozen }, []);
        Store.Truncate(head, [], []);
        Store.UpdateIdentity(Store.Identity with { TreeState = TreeState.Active }, []);
    }
}
