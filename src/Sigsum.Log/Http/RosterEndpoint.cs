using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Http;

/// <summary>
/// add-roster on a secondary's internal endpoint: which nodes hold the log, signed with the log key. Only the latest
/// primary's is taken. A secondary that was never told its log's key takes it from the first roster: from then on it is
/// that log's.
/// </summary>
internal sealed partial class RosterEndpoint(ILogStore store, Succession succession, NodeServices services)
{
    private const int MaxBody = 64 * 1024;

    private readonly ILogger _logger = services.Logger<RosterEndpoint>();
    private readonly Lock _gate = new();

    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("add-roster", HttpMethods.Post, false, AddAsync);

    /// <summary>
    /// get-roster on the internal endpoint of every node: the latest roster that a store holds, so that a promotion goes by the
    /// latest one that anybody knows. 404 where there is none.
    /// </summary>
    public static Endpoint Get(ILogStore store) => new("get-roster", HttpMethods.Get, false, (context, _) =>
        RosterRecord.Load(store) is { } roster
            ? Answer.OkAsync(context, Answer.NotStored, roster.ToBytes())
            : Answer.ErrorAsync(context, StatusCodes.Status404NotFound, "no roster is known here"));

    private async Task AddAsync(HttpContext context, PathArguments arguments)
    {
        var body = await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted);
        var roster = Roster.Parse(body.Span);
        lock (_gate)
            Add(roster);
        await Answer.OkAsync(context, Answer.NotStored, default);
    }

    private void Add(Roster roster)
    {
        var identity = store.Identity;
        if ((identity.LogKeyHash is { } log && roster.LogKey.KeyHash() != log) || !roster.Verify())
            throw Refused(StatusCodes.Status403Forbidden, "not signed by the key of this node's log");
        var latest = succession.Latest;
        if (roster.Epoch != (latest?.Epoch ?? 0) || !SuccessionRules.MayBePrimary(latest, roster.Primary))
            throw Refused(StatusCodes.Status409Conflict, $"not from the primary of epoch {latest?.Epoch ?? 0}");
        if (RosterRecord.Load(store) is { } known && known.IsLaterThan(roster))
            throw Refused(StatusCodes.Status409Conflict, $"roster {known.Epoch}.{known.Number} is known already");

        if (identity.LogKeyHash is null)
        {
            store.UpdateIdentity(
                identity with { LogKeyHash = roster.LogKey.KeyHash() }, [RosterRecord.ToStore(roster)]);
            BelongsTo(_logger, roster.LogKey.KeyHash());
        }
        else
        {
            store.CommitRecords([RosterRecord.ToStore(roster)]);
        }
    }

    private static RequestRefusedException Refused(int status, string message) => new(status, message);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "no log key was configured (--log-key-file): this secondary belongs from now on to the log with key hash "
            + "{KeyHash}, as its primary says")]
    private static partial void BelongsTo(ILogger logger, Crypto.Hash keyHash);
}
