using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard failback: the roles are exchanged, and exchanged back.</summary>
public sealed class FailbackTests : FailoverHazardTest
{
    [Fact]
    public async Task Failback()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode first = log.Primary, second = log.Secondary;
        await SwitchoverTests.StartAsNodesAsync(log, first, second);
        await SwitchoverTests.ExchangeAsync(log, first, second);
        var (pause, outage) = await SwitchoverTests.ExchangeAsync(log, second, first);
        string outcome = await EndAsync(log);
        HazardReport.Write("failback", ServerKind.Ours, $"pause {pause} ms as the command measured it; {outcome}", outage);
    }
}
