using System.Diagnostics;
using System.Text.Json;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard switchover: a planned exchange of roles between two nodes that run, under load.</summary>
public sealed class SwitchoverTests : FailoverHazardTest
{
    [Fact]
    public async Task Switchover()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode first = log.Primary, second = log.Secondary;
        await StartAsNodesAsync(log, first, second);
        var (pause, outage) = await ExchangeAsync(log, first, second);
        string outcome = await EndAsync(log);
        HazardReport.Write("switchover", ServerKind.Ours, $"pause {pause} ms as the command measured it; {outcome}", outage);
    }

    /// <summary>Starts two nodes so that either can have either role.</summary>
    internal static async Task StartAsNodesAsync(HazardLog log, HazardNode first, HazardNode second)
    {
        await first.StopAsync(Cancellation);
        await second.StopAsync(Cancellation);
        HazardKey key = NewKey(log, "first");
        first.UseKey(key);
        first.Arguments.Set("primary-url", (await log.Network.LinkAsync(first, second, Cancellation)).Url.ToString());
        second.Arguments.Set("secondary-url", (await log.Network.LinkAsync(second, first, Cancellation)).Url.ToString());
        second.Arguments.Set("secondary-pubkey-file", key.PublicFile);
        second.Arguments.Set("sth-file", second.Folder.Sth);
        second.Arguments.Set("policy-file", log.LogPolicyFile);
        second.Arguments.Set("witness-requests-per-day", "86400000");
        second.Arguments.Set(ShortCommitWait.Item1, ShortCommitWait.Item2);
        foreach (HazardNode node in new[] { first, second })
        {
            node.Role = "node";
            node.Arguments.Set("signing-key-file", log.Key.PrivateFile);
            node.Arguments.Set("log-key-file", log.Key.PublicFile);
        }

        await Task.WhenAll(first.StartAsync(Cancellation), second.StartAsync(Cancellation));
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
    }

    /// <summary>Exchanges the roles of two nodes; the pause that the command prints, and what submitters saw of it.</summary>
    internal static async Task<(long PauseMs, TimeSpan Outage)> ExchangeAsync(HazardLog log, HazardNode from, HazardNode to)
    {
        await Eventually.UntilAsync("the log to be ready", Patience, async token =>
        {
            ProgramResult status = await from.RunAsync("status", ["data-dir"], token, "--json");
            return status.ExitCode == 0 && status.Output.Contains("\"ready_for_failover\": true", StringComparison.Ordinal);
        }, Cancellation);
        long started = Stopwatch.GetTimestamp();
        Task<ProgramResult> exchange = from.RunAsync("switchover", ["data-dir"], Cancellation, "--yes", "--json");
        await from.WaitForLineAsync("handed over to node", Cancellation);
        log.PointTo(to);
        using JsonDocument result = JsonDocument.Parse((await exchange).Succeeded().Output);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        return (result.RootElement.GetProperty("pause_ms").GetInt64(), log.Clients.Fast.LongestPauseSince(started));
    }
}
