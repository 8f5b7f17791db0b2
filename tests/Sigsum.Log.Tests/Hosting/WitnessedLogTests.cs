using System.Net;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>A log and its witness: one that is away, lies, or has seen more than the log has signed.</summary>
public sealed class WitnessedLogTests
{
    private static PrimaryOptions Alone(PrimaryOptions options) =>
        options with { Secondaries = [], NoSecondary = true };

    [Fact]
    public async Task With_require_quorum_nothing_is_published_without_the_witness()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        log.Witness!.Behaviour = TrialWitnessBehaviour.Honest with { FailWith = HttpStatusCode.InternalServerError };
        await log.StartPrimaryAsync(o => Alone(o) with { RequireQuorum = true });
        await log.CommitAsync(1);
        await TestLog.NotReadyAsync(log.PrimaryServices, "0 of 1 witnesses");
        using var none = await log.Http.GetAsync(new Uri(log.ExternalUrl, "get-tree-head"), TestLog.Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, none.StatusCode);

        log.Witness.Behaviour = TrialWitnessBehaviour.Honest;
        Assert.Single((await log.PublishedAsync(1)).Cosignatures);
    }

    [Fact]
    public async Task A_false_cosignature_is_not_published()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        log.Witness!.Behaviour = TrialWitnessBehaviour.Honest with { Lie = true };
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        Assert.Empty((await log.PublishedAsync(1)).Cosignatures);
    }

    [Fact]
    public async Task A_witness_that_cosigned_an_older_head_is_brought_up_to_date_with_one_retry()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.CommitAsync(2);
        var seen = await log.PublishedAsync(2);
        await log.StopPrimaryAsync();

        // The witness is put back: what the log believes of it is wrong, and its 409 says so.
        await log.Witness!.SetLatestAsync(log.LogKey.PublicKey, TreeHead.Empty, TestLog.Cancel);
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(3);
        Assert.Single((await log.PublishedAsync(3)).Cosignatures);
        Assert.Equal(2ul, seen.SignedTreeHead.TreeHead.Size);
    }

    [Fact]
    public async Task A_witness_that_has_seen_more_than_was_signed_stops_signing()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(o => Alone(o) with { CommitWait = TimeSpan.FromMilliseconds(300) });
        await log.CommitAsync(1);
        await log.PublishedAsync(1);
        await log.Witness!.SetLatestAsync(log.LogKey.PublicKey, new TreeHead(7, Hash.Sha256([7])), TestLog.Cancel);
        await TestLog.NotReadyAsync(log.PrimaryServices, "has cosigned size 7");
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(2));
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(1));
        Assert.Equal(1ul, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead.TreeHead.Size);
    }

    [Fact]
    public async Task A_primary_put_back_with_its_sth_file_signs_nothing_once_a_witness_has_told_it()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.PublishedAsync(1);
        await log.StopPrimaryAsync();
        log.Backup("primary");
        File.Copy(log.SthFile, log.SthFile + ".backup");
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(2);
        await log.PublishedAsync(2);
        await log.StopPrimaryAsync();
        log.Restore("primary");
        File.Copy(log.SthFile + ".backup", log.SthFile, overwrite: true);

        // The witness is slow, so that a leaf comes before its word does.
        var release = new TaskCompletionSource();
        log.Witness!.Behaviour = TrialWitnessBehaviour.Honest with { Delay = cancel => release.Task.WaitAsync(cancel) };
        await log.StartPrimaryAsync(o => Alone(o) with { CommitWait = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(3));
        await TestLog.NotReadyAsync(log.PrimaryServices, "no witness has said yet");
        release.SetResult();
        await TestLog.NotReadyAsync(log.PrimaryServices, "has cosigned size 2");
        using var older = await log.Http.GetAsync(new Uri(log.ExternalUrl, "get-tree-head"), TestLog.Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, older.StatusCode);
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(3));
        Assert.Equal(AddLeafStatus.Committed, await log.AddAsync(1));
        Assert.Equal(1ul, new Sigsum.Log.Signing.SthFile(log.SthFile, Sigsum.Log.Storage.HostDisk.Instance).Load(log.LogKey.PublicKey).TreeHead.Size);
    }

    [Fact]
    public async Task Without_a_secondary_nothing_new_is_signed_while_no_witness_answers()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        await log.CommitAsync(2);
        await log.PublishedAsync(2);
        await log.StopPrimaryAsync();
        log.Witness!.Behaviour = TrialWitnessBehaviour.Honest with { FailWith = HttpStatusCode.InternalServerError };
        await log.StartPrimaryAsync(o => Alone(o) with { CommitWait = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(2ul, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead.TreeHead.Size);
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(3));
        log.Witness.Behaviour = TrialWitnessBehaviour.Honest;
        await log.CommitAsync(3);
    }

    [Fact]
    public async Task A_policy_read_again_brings_another_witness_in()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        Assert.Single((await log.PublishedAsync(1)).Cosignatures);

        await using var second = await TrialWitness.StartAsync(
            new TrialWitnessOptions { Name = "v", Signer = Ed25519Signer.Generate(), Logs = [log.LogKey.PublicKey] },
            TestLog.Cancel);
        log.WriteFile("policy", "this is not a policy\n");
        log.Primary!.Reload();
        await log.CommitAsync(2);
        Assert.Single((await log.PublishedAsync(2)).Cosignatures);

        log.WriteFile("policy", $"""
            witness w {log.Witness!.PublicKey} {log.Witness.Url}
            witness v {second.PublicKey} {second.Url}
            group both all w v
            quorum both

            """);
        log.Primary.Reload();
        await log.CommitAsync(3);
        Assert.Equal(2, (await log.PublishedAsync(3)).Cosignatures.Length);
    }

    [Fact]
    public async Task A_policy_with_a_witness_that_cannot_be_asked_is_refused_in_words()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(Alone);
        log.WriteFile("policy", $"witness w {log.Witness!.PublicKey} {log.Witness.Url}?key=1\nquorum w\n");
        log.Primary!.Reload();
        await log.CommitAsync(1);
        Assert.Single((await log.PublishedAsync(1)).Cosignatures);
        await log.StopPrimaryAsync();
        var refused = await Assert.ThrowsAsync<StartupException>(() => log.StartPrimaryAsync(Alone));
        Assert.Contains("witness w", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idle_log_refreshes_its_cosignatures_within_the_interval()
    {
        await using var log = new TestLog();
        await log.StartWitnessAsync();
        await log.StartPrimaryAsync(Alone);
        await log.CommitAsync(1);
        var first = Assert.Single((await log.PublishedAsync(1)).Cosignatures).Timestamp;
        await Eventually.UntilAsync("a fresh cosignature on the same head", TestLog.Patience, async cancel =>
        {
            var head = await log.Client.GetTreeHeadAsync(cancel);
            return head.SignedTreeHead.TreeHead.Size == 1 && head.Cosignatures.Any(c => c.Timestamp > first);
        }, TestLog.Cancel);
    }
}
