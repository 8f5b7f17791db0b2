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
internal sealed partial class RosterKeeper(
    PrimaryOptions options, ISigner signer, ILogStore store, Succession succession, Func<Uri, NodeClient> connect,
    NodeServices services) : IDisposable
{
    private readonly ILogger _logger = services.Logger<RosterKeeper>();
    private readonly HealthCondition _condition = services.Health.Register("roster");
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly IReadOnlySet<Guid> _lost = options.LostNodes.Concat(LostNodesRecord.Load(store)).ToHashSet();
    private readonly HeardNode?[] _heard = new HeardNode?[options.Secondaries.Length];
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
    /// <returns>Whether its acknowledgements count.</returns>
    /// <exception cref="LogClientException">A node that has to be told cannot be.</exception>
    public async Task<bool> AdmitAsync(int number, NodeGreeting? node, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var heard = new HeardNode(node?.NodeId);
            if (_heard[number] != heard)
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
        await Task.Delay(Timeout.InfiniteTimeSpan, services.Time, cancellationToken);
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
        var entries = RosterPlan.Entries(options.Secondaries, _heard, _current);
        if (_current is null && entries.IsEmpty)
            return InForceNow();
        var next = await ProposeAsync(entries, cancellationToken);
        if (ReferenceEquals(next, _current))
            return InForceNow();
        foreach (var left in RosterPlan.LeftBehind(_current, entries, _lost, succession.NodeId))
        {
            if (await TryTellAsync(left, next, cancellationToken) is { } problem)
            {
                _inForce = false;
                _condition.NotMet($"node {left.NodeId:N} ({left.Url.Authority}), which has held this log, is no longer among the "
                    + $"secondaries and {problem}. Nothing is signed until it has heard so; if it is gone for good, and was "
                    + $"not promoted, write --lost-node={left.NodeId:N}");
                return false;
            }
        }

        store.CommitRecords([RosterRecord.ToStore(next)]);
        Volatile.Write(ref _current, next);
        _proposed = null;
        _told.Clear();
        InForceAgain(_logger, next.Epoch, next.Number, next.Secondaries.Length, next.Quorum);
        return InForceNow();
    }

    private bool InForceNow()
    {
        _condition.Met();
        _inForce = true;
        return true;
    }

    private async Task<Roster> ProposeAsync(ImmutableArray<RosterEntry> entries, CancellationToken cancellationToken)
    {
        var epoch = succession.Latest?.Epoch ?? 0;
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
        return answer.IsStored && answer.Node?.NodeId == nodeId;
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "roster {Epoch}.{Number} is in force: {Secondaries} secondaries, {Quorum} must hold a leaf")]
    private static partial void InForceAgain(ILogger logger, ulong epoch, ulong number, int secondaries, int quorum);
}
