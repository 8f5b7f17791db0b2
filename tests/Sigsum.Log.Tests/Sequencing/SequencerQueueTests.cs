using Sigsum.Crypto;
using Sigsum.Log.Admission;
using Sigsum.Log.Sequencing;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Sequencing;

public sealed class SequencerQueueTests
{
    private readonly Ed25519Signer _submitter = Ed25519Signer.Generate();
    private readonly NoRateLimit _limits = new();

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_forgets_the_leaf()
    {
        var queue = new SequencerQueue(2);
        Assert.NotNull(queue.TryAdd(await LeafAsync(1)));
        Assert.NotNull(queue.TryAdd(await LeafAsync(2)));
        var third = await LeafAsync(3);
        Assert.Null(queue.TryAdd(third));
        Assert.Null(queue.Find(third.LeafHash));
        Assert.Equal(2, queue.Count);

        Assert.True(queue.Reader.TryRead(out var first));
        queue.Remove(first);
        Assert.NotNull(queue.TryAdd(third));
    }

    [Fact]
    public async Task A_leaf_that_is_on_its_way_is_joined_not_queued_again()
    {
        var queue = new SequencerQueue(2);
        var first = queue.TryAdd(await LeafAsync(1));
        var again = queue.TryAdd(await LeafAsync(1));
        Assert.Same(first, again);
        Assert.Equal(1, queue.Count);
        first!.Complete(7);
        Assert.Equal(7ul, await again!.Index);
    }

    [Fact]
    public async Task Failing_the_queue_fails_everyone_who_waits_and_takes_nothing_more()
    {
        var queue = new SequencerQueue(4);
        var waiting = queue.TryAdd(await LeafAsync(1))!;
        queue.Fail(new SequencerUnavailableException("the disk is gone"));
        await Assert.ThrowsAsync<SequencerUnavailableException>(() => waiting.Index);
        Assert.Null(queue.TryAdd(await LeafAsync(2)));
    }

    [Fact]
    public async Task A_leaf_with_a_bad_signature_is_not_admitted()
    {
        var request = await AddLeafRequest.SignAsync(Hash.Sha256([1]), _submitter, TestContext.Current.CancellationToken);
        var forged = request with { Message = Hash.Sha256([2]) };
        Assert.Null(Admit(forged));
        Assert.NotNull(Admit(request));
    }

    private async Task<AdmittedLeaf> LeafAsync(byte number) => Admit(
        await AddLeafRequest.SignAsync(Hash.Sha256([number]), _submitter, TestContext.Current.CancellationToken))!;

    private AdmittedLeaf? Admit(AddLeafRequest request)
    {
        var leaf = request.ToLeaf();
        var reservation = _limits.TryReserve(null, leaf.KeyHash, out _)!;
        return AdmittedLeaf.Verify(request, leaf, leaf.LeafHash(), reservation);
    }
}
