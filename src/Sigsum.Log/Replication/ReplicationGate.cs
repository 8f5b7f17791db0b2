using Sigsum.Log.Pipeline;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Replication;

/// <summary>
/// What the secondaries hold, as far as they have proved it, and with it what may be signed (I2: replicated before
/// signed). The latest word of a secondary counts, not its best: one that was put back to an older copy holds less.
/// </summary>
/// <remarks>
/// After a start nothing may be signed before so many secondaries were heard that one of them must hold each leaf that was
/// ever committed: N - K + 1 of the N of the roster, where K must hold it. A primary that was put back to an older copy learns
/// so from them.
/// </remarks>
/// <param name="store">The tree of this primary.</param>
/// <param name="secondaries">How many are configured.</param>
/// <param name="required">How many of them must hold a leaf.</param>
/// <param name="roster">The roster in force; null before the first one.</param>
/// <param name="rosterInForce">Whether it is the one that is configured.</param>
/// <param name="changed">Set when more may be signed.</param>
/// <param name="lacksLeaves">Told when a secondary holds more than this primary.</param>
internal sealed class ReplicationGate(
    ILogStore store, int secondaries, int required, Func<Roster?> roster, Func<bool> rosterInForce, Signal changed,
    Action lacksLeaves)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ulong> _heardEnough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TreeHead?[] _acknowledged = new TreeHead?[secondaries];
    private readonly bool[] _heard = new bool[secondaries];
    private readonly bool[] _ahead = new bool[secondaries];

    /// <summary>How many of the secondaries have to be heard so that one of them holds each leaf that so many must hold.</summary>
    public static int ToHear(int secondaries, int required) => secondaries - required + 1;

    /// <summary>No secondary at all: the operator said --no-secondary.</summary>
    public bool Alone => secondaries == 0;

    /// <summary>
    /// A secondary holds leaves that this primary does not: it was put back to an older copy. What it would show is an
    /// older head, and what it would take belongs at indices that are taken.
    /// </summary>
    public bool LacksLeaves
    {
        get
        {
            lock (_gate)
                return _ahead.Contains(true);
        }
    }

    /// <summary>
    /// So many secondaries were heard since the start that one of them holds each committed leaf; never of a primary that
    /// runs alone.
    /// </summary>
    public bool HeardEnough
    {
        get
        {
            var needed = roster() is { Secondaries.Length: > 0 } known
                ? ToHear(known.Secondaries.Length, known.Quorum)
                : ToHear(secondaries, required);
            lock (_gate)
                return !Alone && _heard.Count(heard => heard) >= needed;
        }
    }

    /// <summary>
    /// Completes when <see cref="HeardEnough"/> is true for the first time, with the size that one of those secondaries holds
    /// at most: nothing larger was ever signed before this start.
    /// </summary>
    public Task<ulong> Heard => _heardEnough.Task;

    /// <summary>
    /// What may be signed now, or null: too few secondaries have answered, or one of them, required or not, holds
    /// leaves that this primary has lost, or a node that has held the log was left behind.
    /// </summary>
    public ReplicatedTreeHead? Current
    {
        get
        {
            if (!rosterInForce())
                return null;
            if (Alone)
                return ReplicatedTreeHead.WithoutSecondary(store.TreeHead);
            lock (_gate)
            {
                return _ahead.Contains(true) || !HeardEnough
                    ? null
                    : ReplicatedTreeHead.FromAcknowledgements(_acknowledged, required);
            }
        }
    }

    /// <summary>What secondary number <paramref name="secondary"/> has acknowledged last; null for nothing yet.</summary>
    public TreeHead? AcknowledgedBy(int secondary)
    {
        lock (_gate)
            return _acknowledged[secondary];
    }

    /// <summary>Secondary number <paramref name="secondary"/> holds <paramref name="head"/>, compared with our own root.</summary>
    public void Acknowledge(int secondary, TreeHead head)
    {
        lock (_gate)
        {
            _acknowledged[secondary] = head;
            _heard[secondary] = true;
            _ahead[secondary] = false;
            if (HeardEnough && !_heardEnough.Task.IsCompleted)
                _heardEnough.TrySetResult(_acknowledged.Max(held => held?.Size ?? 0));
        }

        changed.Set();
    }

    /// <summary>
    /// Secondary number <paramref name="secondary"/> holds more leaves than this primary. They may be committed, so
    /// no other secondary's word lets another tree of that size be signed, until this one says otherwise.
    /// </summary>
    public void Withhold(int secondary)
    {
        lock (_gate)
            _ahead[secondary] = true;
        lacksLeaves();
    }
}
