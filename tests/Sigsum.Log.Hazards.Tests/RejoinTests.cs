using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Reports;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>Hazard rejoin: an old primary with leaves that nobody else has becomes a secondary of the new one.</summary>
public sealed class RejoinTests : FailoverHazardTest
{
    [Fact]
    public async Task Rejoin()
    {
        await using HazardLog log = await StartLoadedAsync();
        HazardNode old = log.Primary, promoted = log.Secondary;
        log.Network.Cut(old, promoted);
        Hash leaf = await StoreLeafAsync(log, old);
        await old.KillAsync();
        await PromoteAsync(log, promoted);
        HazardKey key = NewKey(log, "old");
        await TakeOverAsync(log, promoted);
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);

        log.Network.Mend(old, promoted);
        Uri url = (await log.Network.LinkAsync(old, promoted, Cancellation)).Url;
        ProgramResult rejoined = await old.RunAsync(
            "rejoin", ["data-dir", "sth-file"], Cancellation, $"--primary-url={url}", "--yes");
        Assert.Contains("set aside", rejoined.Succeeded().Output, StringComparison.Ordinal);
        string file = Assert.Single(Directory.GetFiles(old.Folder.Data, "set-aside-*.leaves"));
        List<Leaf> setAside = LeafList.Parse(await File.ReadAllBytesAsync(file, Cancellation), 4096);
        Assert.Contains(leaf, setAside.Select(one => one.LeafHash()));
        await ConfigureSecondaryAsync(log, old, promoted, key);
        await old.StartAsync(Cancellation);
        await promoted.StopAsync(Cancellation);
        await promoted.StartAsync(Cancellation); // with both secondaries now
        await log.Clients.Fast.WaitForMoreAsync(20, Cancellation);
        string outcome = await EndAsync(log);
        HazardReport.Write("rejoin", ServerKind.Ours, $"{setAside.Count} leaves that nobody had signed were set aside in a file; {outcome}");
    }
}
