using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Keeps the roster of a primary: which nodes hold its log. A secondary's acknowledgements count from the moment at which
/// it has stored the roster that lists it; and no roster that leaves a node behind comes into force before that node knows
/// it, or the operator has declared it lost. So a primary that comes back with another secondary, or with none, hears of a
/// promotion that happened meanwhile before it can sign.
/// </summary>
/// <remarks>
/// A promotion goes by a roster. So a new one comes into force, and is told to anybody, only when enough of its nodes hold all
/// that is signed: else one that is promoted by it could lack committed leaves. And leaves count by it only when so few nodes
/// of the one before have not heard of it that these cannot promote one of themselves.
/// </remarks>
/// <param name="options">The secondaries that are configured.</param>
/// <param name="signer">The log key.</param>
/// <param name="store">Where the roster in force is kept.</param>
/// <param name="succession">Who is primary.</param>
/// <param name="connect">Reaches a node.</param>
/// <param name="signed">Up to which size leaves are, or may be, committed.</param>
/// <param name="services">The node's surroundings.</param>
internal sealed partial class RosterKeeper(
    PrimaryOptions options, ISigner signer, ILogStore store, Succession succession, Func<Uri, NodeClient> connect,
    Func<ulong> signed, NodeServices services) : IDisposable
{
    private readonly ILogger _logger = services.Logger<RosterKeeper>();
    private readonly HealthCondition _condition = services.Health.Register("roster");
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly IReadOnlySet<Guid> _lost = options.LostNodes.Concat(LostNodesRecord.Load(store)).ToHashSet();
    private readonly HeardNode?[] _heard = new HeardNode?[options.Secondaries.Length];
    private readonly ulong[] _holds = new ulong[options.Secondaries.Length];
    private readonly HashSet<int> _told = [];
    private Roster? _current = RosterRecord.Load(store);
    private Roster? _proposed;
    private volatile bool _inForce;

    /// <summary>Whether the roster in force is the one that was configured.</summary>
    public bool InForce => _inForce;

    /// <summary>
    /// The roster that came into force last, or null before the first one. After a promotion that is still the one of the
    /// epoch before: none of its nodes is left behind either.
    /// </summary>
    public Roster? Current => Volatile.Read(ref _current);

    /// <summary>
    /// Sees to it that the roster lists the node that answers for secondary number <paramref name="number"/>, and that this
    /// node has stored it.
    /// </summary>
    /// <param name="number">Which secondary.</param>
    /// <param name="node">What the node that answers says of itself.</param>
    /// <param name="holds">Up to which size it has proved to hold this primary's tree.</param>
    /// <param name="wasAway">Whether it may have been put back to a time before the roster since it was asked last.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether its acknowledgements count.</returns>
    /// <exception cref="LogClientException">A node that has to be told cannot be.</exception>
    public async Task<bool> AdmitAsync(
        int number, NodeGreeting? node, ulong holds, bool wasAway, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _holds[number] = holds;
            var heard = new HeardNode(node?.NodeId);
            if (_heard[number] != heard || wasAway)
            {
                _heard[number] = heard;
                _told.Remove(number);
            }

            if (!await SettleAsync(cancellationToken))
                return false;
            if (_told.Contains(number))
                return true;
            if (node is not null && !await TellAsync(options.Secondaries[number].Url, node.Value.NodeId, _current!, cancellationToken))
                return false;
            _told.Add(number);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>For a primary without secondaries: takes out those that it had, for as long as that takes.</summary>
    public async Task RunAloneAsync(Action settled, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));
        while (!await TryRunAloneAsync(cancellationToken))
            await Task.Delay(backoff.Next(), services.Time, cancellationToken);
        settled();
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<bool> TryRunAloneAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await SettleAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Brings the roster that is configured into force, if nobody is left behind by it.</summary>
    private async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        var latest = succession.Latest;
        if (!SuccessionRules.MayBePrimary(latest, succession.NodeId))
        {
            return NotYet($"node {latest!.NodeId:N} was promoted in epoch {latest.Epoch}: the roster of that epoch is not for this node "
                + "to make");
        }

        var entries = RosterPlan.Entries(options.Secondaries, _heard, _current);
        if (_current is null && entries.IsEmpty)
            return InForceNow();
        if (entries.Length < options.SecondaryQuorum)
            return NotYet($"{options.SecondaryQuorum} of the secondaries must have answered, and {entries.Length} have");
        var next = await ProposeAsync(latest?.Epoch ?? 0, entries, cancellationToken);
        if (ReferenceEquals(next, _current))
            return InForceNow();
        if (_holds.Count(size => size >= signed()) < options.SecondaryQuorum)
            return NotYet($"{options.SecondaryQuorum} of the secondaries must hold all {signed()} leaves before they replace those before");
        foreach (var left in RosterPlan.LeftBehind(_current, entries, _lost, succession.NodeId))
        {
            if (await TryTellAsync(left, next, cancellationToken) is { } problem)
            {
                return NotYet($"node {left.NodeId:N} ({left.Url.Authority}), which has held this log, is no longer among the "
                    + $"secondaries and {problem}. Nothing is signed until it has heard so; if it is gone for good, and was "
                    + $"not promoted, write --lost-node={left.NodeId:N}");
            }
        }

        var unaware = new List<string>();
        foreach (var staying in RosterPlan.Staying(_current, entries, _lost, succession.NodeId))
        {
            if (await TryTellAsync(staying, next, cancellationToken) is not null)
                unaware.Add(staying.Url.Authority);
        }

        if (!RosterPlan.CannotPromote(_current, unaware.Count))
            return NotYet($"{string.Join(", ", unaware)} must hear of the new secondaries, and cannot be told");

        if (!ReferenceEquals(latest, succession.Latest))
            return NotYet("another node was promoted meanwhile");
        store.CommitRecords([RosterRecord.ToStore(next)]);
        Volatile.Write(ref _current, next);
        _proposed = null;
        _told.Clear();
        InForceAgain(_logger, next.Epoch, next.Number, next.Secondaries.Length, next.Quorum);
        return InForceNow();
    }

    private bool NotYet(string because)
    {
        _inForce = false;
        _condition.NotMet(because);
        return false;
    }

    private bool InForceNow()
    {
        _condition.Met();
        _inForce = true;
        return true;
    }

    private async Task<Roster> ProposeAsync(ulong epoch, ImmutableArray<RosterEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var known in new[] { _current, _proposed })
        {
            if (known is not null && known.Epoch == epoch && known.Primary == succession.NodeId
                && known.Quorum == options.SecondaryQuorum && known.Secondaries.SequenceEqual(entries))
            {
                return known;
            }
        }

        var number = Math.Max(_current?.Epoch == epoch ? _current.Number : 0, _proposed?.Number ?? 0) + 1;
        _proposed = await Roster.SignAsync(
            epoch, number, succession.NodeId, options.SecondaryQuorum, entries, signer, cancellationToken);
        return _proposed;
    }

    private async Task<string?> TryTellAsync(RosterEntry left, Roster next, CancellationToken cancellationToken)
    {
        try
        {
            return await TellAsync(left.Url, left.NodeId!.Value, next, cancellationToken)
                ? null
                : "another node answers in its place, or it refuses to be taken out";
        }
        catch (LogClientException error)
        {
            return $"cannot be told so: {error.Message}";
        }
    }

    private async Task<bool> TellAsync(Uri url, Guid nodeId, Roster roster, CancellationToken cancellationToken)
    {
        var answer = await connect(url).AddRosterAsync(roster, cancellationToken);
        if (!answer.IsStored)
            await RememberAsync(url, cancellationToken);
        return answer.IsStored && answer.Node?.NodeId == nodeId;
    }

    /// <summary>An older copy of this node has forgotten rosters that it made itself: whoever refuses an earlier one has them.</summary>
    private async Task RememberAsync(Uri url, CancellationToken cancellationToken)
    {
        if (await connect(url).GetRosterAsync(cancellationToken) is not { } later || later.LogKey != signer.PublicKey
            || !later.Verify() || later.Primary != succession.NodeId || !later.IsLaterThan(_current))
            return;
        store.CommitRecords([RosterRecord.ToStore(later)]);
        Volatile.Write(ref _current, later);
        _proposed = null;
        _told.Clear();
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "roster {Epoch}.{Number} is in force: {Secondaries} secondaries, {Quorum} must hold a leaf")]
    private static partial void InForceAgain(ILogger logger, ulong epoch, ulong number, int secondaries, int quorum);
}
