using Microsoft.Extensions.Logging;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Hosting;

/// <summary>What a primary fetches back before it starts.</summary>
internal static partial class PrimaryRecovery
{
    /// <summary>Fetches back what the secondaries hold and this node lacks.</summary>
    /// <returns>Whether starting again could bring back more.</returns>
    public static async Task<bool> RunAsync(
        PrimaryOptions options, PrimaryStartup startup, ILogStore store, InternalNetwork nodes, NodeServices services,
        CancellationToken cancellationToken)
    {
        var dataDir = options.Node.Backend == Backend.Embedded ? options.Node.DataDir : null;
        var inherited = TreeRecovery.InheritedSize(store, startup.Mode);
        var recovery = new TreeRecovery(store, dataDir, startup.ClaimedHeads(store), inherited, nodes, services);
        if (startup.Mode == StartupMode.Empty)
        {
            await recovery.RequireEmptyAsync(options.Secondaries, cancellationToken);
            return true;
        }

        if (await recovery.RunAsync(options.Secondaries, null, cancellationToken) is not RecoveryOutcome.Impossible impossible)
            return true;
        var logger = services.Logger<PrimaryNode>();
        NotRecovered(logger, impossible.Reason);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "what the secondaries hold cannot be fetched back: {Reason}")]
    private static partial void NotRecovered(ILogger logger, string reason);
}
