using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Replication;

/// <summary>What may be signed, from what the secondaries have said since the start.</summary>
public sealed class ReplicationGateTests : IDisposable
{
    private const int Size = 5;
    private readonly MemoryLogStore _tree = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
    private readonly Signal _changed = new();
    private Roster? _roster;
    private bool _inForce = true;
    private int _lacking;

    public ReplicationGateTests() => TreeAppender.Restore(_tree).Append(_tree, Size);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_primary_that_runs_alone_signs_its_tree_and_has_heard_nobody()
    {
        ReplicationGate gate = Gate(secondaries: 0, required: 0);
        Assert.True(gate.Alone);
        Assert.False(gate.HeardEnough);
        Assert.Equal(_tree.TreeHead, gate.Current!.TreeHead);
    }

    [Fact]
    public void Nothing_is_signed_while_the_roster_is_not_in_force()
    {
        ReplicationGate gate = Gate(1, 1);
        gate.Acknowledge(0, Head(Size));
        _inForce = false;
        Assert.Null(gate.Current);
        Assert.Null(Gate(0, 0).Current);
        _inForce = true;
        Assert.Equal(Head(Size), gate.Current!.TreeHead);
    }

    /// <summary>One of N - K + 1 holds what K of N hold.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 2, 2)]
    [InlineData(3, 1, 3)]
    public void So_many_are_heard_first_that_one_of_them_holds_every_committed_leaf(int secondaries, int required, int needed)
    {
        ReplicationGate gate = Gate(secondaries, required);
        Assert.False(gate.Alone);
        for (int heard = 0; heard < secondaries; heard++)
        {
            Assert.Equal(heard >= needed, gate.HeardEnough);
            Assert.Equal(heard >= needed, gate.Heard.IsCompleted);
            Assert.Equal(heard >= needed && heard >= required, gate.Current is not null);
            Assert.Null(gate.AcknowledgedBy(heard));
            gate.Acknowledge(heard, Head(Size));
            Assert.Equal(Head(Size), gate.AcknowledgedBy(heard));
        }

        Assert.True(gate.HeardEnough);
        Assert.True(gate.Heard.IsCompletedSuccessfully);
        Assert.Equal(Head(Size), gate.Current!.TreeHead);
    }

    [Fact]
    public void The_roster_in_force_says_how_many_have_to_be_heard()
    {
        // Configured is one that must hold it; the roster before had three, one of which was enough.
        _roster = new Roster(
            default, 0, 1, Guid.NewGuid(), 1,
            [.. Enumerable.Range(0, 3).Select(_ => new RosterEntry(Guid.NewGuid(), default, new Uri("http://a.example/")))], default);
        ReplicationGate gate = Gate(3, 3);
        gate.Acknowledge(0, Head(Size));
        gate.Acknowledge(1, Head(Size));
        Assert.False(gate.HeardEnough);
        gate.Acknowledge(2, Head(Size));
        Assert.True(gate.HeardEnough);
    }

    [Fact]
    public void One_that_holds_more_stops_the_signing_until_it_says_otherwise()
    {
        ReplicationGate gate = Gate(2, 1);
        gate.Acknowledge(0, Head(Size));
        gate.Acknowledge(1, Head(3));
        Assert.Equal(Head(Size), gate.Current!.TreeHead);
        Assert.False(gate.LacksLeaves);
        gate.Withhold(1);
        Assert.True(gate.LacksLeaves);
        Assert.Equal(1, _lacking);
        Assert.Null(gate.Current);
        gate.Acknowledge(1, Head(3));
        Assert.False(gate.LacksLeaves);
        Assert.Equal(Head(Size), gate.Current!.TreeHead);
    }

    [Fact]
    public async Task Each_acknowledgement_is_told_and_the_latest_word_counts()
    {
        ReplicationGate gate = Gate(1, 1);
        gate.Acknowledge(0, Head(Size));
        await _changed.WaitAsync(TestContext.Current.CancellationToken);
        gate.Acknowledge(0, Head(3));
        await _changed.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Head(3), gate.Current!.TreeHead);
    }

    private TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, _tree));

    private ReplicationGate Gate(int secondaries, int required) =>
        new(_tree, secondaries, required, () => _roster, () => _inForce, _changed, () => _lacking++);
}
