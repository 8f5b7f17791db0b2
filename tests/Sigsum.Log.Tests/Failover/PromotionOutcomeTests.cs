using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Signing;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Testing;
using Endpoint = Sigsum.Log.Http.Endpoint;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What a promotion leaves in the store, and when it stops before that.</summary>
public sealed class PromotionOutcomeTests : IAsyncDisposable
{
    private const int Size = 3;

    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly Ed25519Signer _witnessKey = Ed25519Signer.Generate();
    private readonly MemoryLogStore _store;
    private readonly NodeServices _services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
    private readonly FreePort _away = FreePort.Reserve();
    private readonly List<IAsyncDisposable> _open = [];

    public PromotionOutcomeTests()
    {
        _store = new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, _key.PublicKey.KeyHash()));
        TreeAppender.Restore(_store).Append(_store, Size);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SthFile Sth => new(_folder.PathOf("sth"), HostDisk.Instance);

    private StartupMode Startup => new StartupFile(Sth.Path, HostDisk.Instance).Read();

    private Guid Self => _store.Identity.NodeId;

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
            await open.DisposeAsync();
        _away.Dispose();
        _store.Dispose();
        _key.Dispose();
        _witnessKey.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_promoted_node_knows_all_that_its_first_start_needs()
    {
        var other = await NodeAsync();
        await RosterAsync(1, other.Entry, new RosterEntry(null, _key.PublicKey, _away.Url));
        await PublishAsync(2);
        var report = await PromoteAsync(options => options with { LostUrls = [_away.Url], LostNodes = [Guid.Empty] });
        Assert.True(report.Changed);

        var record = Succession.Load(_store)!;
        Assert.Equal((1ul, Self, new Uri("http://self.example/"), _store.TreeHead), (record.Epoch, record.NodeId, record.NodeUrl, record.TreeHead));
        Assert.Equal(record, Succession.Load(other.Store));
        Assert.Equal((NodeRole.Primary, TreeType.Log, TreeState.Active),
            (_store.Identity.Role, _store.Identity.TreeType, _store.Identity.TreeState));
        Assert.Null(_store.ReadRecord(Takeover.BegunKey));
        Assert.Equal((ulong)Size, TreeRecovery.InheritedSize(_store, StartupMode.AwaitSecondary));
        Assert.Equal(StartupMode.AwaitSecondary, Startup);
        Assert.Equal([Guid.Empty], LostNodesRecord.Load(_store));
        Assert.Equal(Herald.ToStore([_away.Url]).Value.ToArray(), _store.ReadRecord(Herald.RecordKey));

        // One of three had to hold a head before it was shown: the other ones may know a later one.
        Assert.Null(_store.ReadRecord(Publisher.RecordKey));
        Assert.Equal(2ul, CosignedTreeHead.Parse(_store.ReadRecord(PrimaryStartup.EarlierKey)).SignedTreeHead.TreeHead.Size);
        Assert.Null(_store.ReadRecord(PromotionFreshness.RecordKey));
    }

    [Fact]
    public async Task The_last_head_is_kept_to_be_shown_by_a_start_that_comes_soon()
    {
        await RosterAsync(1);
        await PublishAsync(Size);
        var report = await PromoteAsync(options => options with { LocalTree = true, NodeUrl = new Uri("http://named.example/") });
        Assert.Contains(report.Steps, step => step.Finding == "size 3, which was published last");
        Assert.Equal((ulong)Size, Publisher.LoadPublished(_store, _key.PublicKey)!.SignedTreeHead.TreeHead.Size);
        Assert.True(PromotionFreshness.Take(_store, _services));
        Assert.Null(_store.ReadRecord(PrimaryStartup.EarlierKey));
        Assert.Equal(StartupMode.LocalTree, Startup);
        Assert.Equal(new Uri("http://named.example/"), Succession.Load(_store)!.NodeUrl);
    }

    [Fact]
    public async Task A_head_in_the_sth_file_is_gone_on_from()
    {
        await RosterAsync(1);
        await PublishAsync(1);
        Sth.Store(await SignedTreeHead.SignAsync(Head(2), _key, Cancel));
        await PromoteAsync();
        Assert.True(Sth.Exists);
        Assert.Equal(StartupMode.Saved, Startup);
        Assert.Null(_store.ReadRecord(Publisher.RecordKey));
        Assert.Null(_store.ReadRecord(PrimaryStartup.EarlierKey));
    }

    [Fact]
    public async Task A_head_in_the_sth_file_that_is_older_than_the_last_one_is_put_away()
    {
        await RosterAsync(1);
        await PublishAsync(Size);
        Sth.Store(await SignedTreeHead.SignAsync(Head(2), _key, Cancel));
        await PromoteAsync();
        Assert.False(Sth.Exists);
        Assert.True(File.Exists(Sth.Path + ".before-epoch-1"));
        Assert.Equal(StartupMode.AwaitSecondary, Startup);
    }

    [Fact]
    public async Task A_key_that_does_not_sign_is_found_out_before_anything_is_changed()
    {
        await RosterAsync(1);
        using var other = Ed25519Signer.Generate();
        await Assert.ThrowsAnyAsync<Exception>(() => PromoteAsync(key: new Impostor(_key.PublicKey, other)));
        AssertUnchanged();
    }

    [Fact]
    public async Task Without_the_operators_word_nothing_is_changed()
    {
        var other = await NodeAsync();
        await RosterAsync(1, other.Entry, new RosterEntry(null, _key.PublicKey, _away.Url));
        var asked = "";
        var refused = await Assert.ThrowsAsync<FailoverException>(() => PromoteAsync(
            options => options with { LostUrls = [_away.Url], PrimaryUrl = _away.Url }, agree: question =>
            {
                asked = question;
                return false;
            }));
        Assert.Contains("not agreed to", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The primary before ({_away.Url}) does not answer;", asked, StringComparison.Ordinal);
        Assert.Contains($"Given up for good: (no id) at {_away.Url}.", asked, StringComparison.Ordinal);
        AssertUnchanged();
    }

    /// <summary>Every secondary has stored what was shown; but a primary that is not fenced can still have a head cosigned.</summary>
    [Theory]
    [InlineData(true, 2, true)]
    [InlineData(false, 2, false)]
    [InlineData(true, 3, false)]
    public async Task With_witnesses_a_head_is_shown_again_if_none_has_more_and_the_primary_before_is_fenced(
        bool primaryAnswers, int cosigned, bool shown)
    {
        var primary = await NodeAsync();
        await RosterAsync(1);
        await PublishAsync(2);
        var policy = await WitnessAsync(() => cosigned);
        await PromoteAsync(options => options with
        {
            Policy = policy,
            FencePrimary = true,
            PrimaryUrl = primaryAnswers ? primary.Url : _away.Url,
        });
        Assert.Equal(shown, Publisher.LoadPublished(_store, null) is not null);
        Assert.Equal(
            primaryAnswers ? null : Herald.ToStore([_away.Url]).Value.ToArray(), _store.ReadRecord(Herald.RecordKey));
    }

    [Fact]
    public async Task A_witness_that_has_cosigned_more_than_the_tree_has_ends_the_promotion()
    {
        await RosterAsync(1);
        await PublishAsync(2);
        var policy = await WitnessAsync(() => Size + 1);
        var rehearsed = await PromoteAsync(options => options with { Policy = policy, DryRun = true });
        Assert.Contains(rehearsed.Steps, step => step.Name == "would fetch or refuse");
        AssertUnchanged();
        var refused = await Assert.ThrowsAsync<FailoverException>(() => PromoteAsync(options => options with { Policy = policy }));
        Assert.Contains("witness w has cosigned size 4, this tree has 3 leaves", refused.Message, StringComparison.Ordinal);
        Assert.Equal(NodeRole.Secondary, _store.Identity.Role);
        // It goes on where it ended: what was begun is known.
        Assert.NotNull(_store.ReadRecord(Takeover.BegunKey));
        Assert.Equal(Self, Succession.Load(_store)!.NodeId);
        Assert.True((await PromoteAsync(options => options with { PrimaryUrl = _away.Url })).Changed);
        Assert.Equal(1ul, Succession.Load(_store)!.Epoch);
        Assert.Equal(Herald.ToStore([_away.Url]).Value.ToArray(), _store.ReadRecord(Herald.RecordKey));
    }

    [Fact]
    public async Task A_witness_that_has_as_much_as_the_tree_is_no_reason_to_fetch()
    {
        await RosterAsync(1);
        await PublishAsync(2);
        var policy = await WitnessAsync(() => Size);
        var rehearsed = await PromoteAsync(options => options with { Policy = policy, DryRun = true });
        Assert.DoesNotContain(rehearsed.Steps, step => step.Name == "would fetch or refuse");
    }

    /// <summary>The primary before had a head cosigned while the others were told.</summary>
    [Fact]
    public async Task Witnesses_are_asked_again_when_the_others_know()
    {
        await RosterAsync(1);
        await PublishAsync(2);
        var asked = 0;
        var policy = await WitnessAsync(() => Interlocked.Increment(ref asked) == 1 ? 2 : Size + 1);
        var refused = await Assert.ThrowsAsync<FailoverException>(() => PromoteAsync(options => options with { Policy = policy }));
        Assert.Contains("witness w has cosigned size 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_in_the_sth_file_is_not_gone_on_from_where_a_witness_has_a_later_one()
    {
        await RosterAsync(1);
        Sth.Store(await SignedTreeHead.SignAsync(Head(2), _key, Cancel));
        var policy = await WitnessAsync(() => Size);
        await PromoteAsync(options => options with { Policy = policy });
        Assert.False(Sth.Exists);
        Assert.Equal(StartupMode.AwaitSecondary, Startup);
    }

    /// <summary>A log without witnesses shows nothing that its secondaries have not stored; one that has some may have.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_asking_witnesses_a_smaller_head_is_shown_again_only_if_nobody_had_cosigned_it(bool cosigned)
    {
        await RosterAsync(1);
        await PublishAsync(2, cosigned);
        await PromoteAsync();
        Assert.Equal(!cosigned, Publisher.LoadPublished(_store, null) is not null);
    }

    [Fact]
    public async Task A_node_with_leaves_that_the_log_has_not_signed_is_left_out()
    {
        var other = await NodeAsync();
        other.Grow(1);
        other.Store.Commit(TreeAppender.Restore(other.Store).Prepare(StoreData.Leaves(1000, 4)));
        await RosterAsync(1, other.Entry);
        await PublishAsync(2);
        var report = await PromoteAsync();
        Assert.Contains(report.Steps, step => step.Name == "left out");
        Assert.Equal((ulong)Size, _store.TreeHead.Size);
        Assert.Equal(NodeRole.Primary, _store.Identity.Role);
    }

    [Fact]
    public async Task Run_again_it_writes_the_file_that_is_missing_and_nothing_where_somebody_else_was_promoted_since()
    {
        var other = await NodeAsync();
        await RosterAsync(1, other.Entry);
        await PromoteAsync();
        Assert.False((await PromoteAsync()).Changed);
        new StartupFile(Sth.Path, HostDisk.Instance).Remove();
        Assert.False((await PromoteAsync(options => options with { DryRun = true })).Changed);
        Assert.Equal(StartupMode.Saved, Startup);
        Assert.True((await PromoteAsync()).Changed);
        Assert.Equal(StartupMode.AwaitSecondary, Startup);

        other.Succession.Learn(await PromotionRecord.SignAsync(
            2, other.Greeting.NodeId, other.Url, TreeHead.Empty, DateTimeOffset.UnixEpoch, _key, Cancel));
        await Assert.ThrowsAsync<SupersededException>(() => PromoteAsync());
    }

    [Fact]
    public async Task A_later_roster_that_lists_this_node_no_more_ends_the_promotion()
    {
        var other = await NodeAsync();
        await RosterAsync(1, other.Entry);
        other.Store.CommitRecords([RosterRecord.ToStore(await Roster.SignAsync(0, 2, Guid.NewGuid(), 1, [other.Entry], _key, Cancel))]);
        var refused = await Assert.ThrowsAsync<FailoverException>(() => PromoteAsync());
        Assert.Contains("out of its roster (0.2)", refused.Message, StringComparison.Ordinal);
        AssertUnchanged();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_rehearsal_says_whether_enough_can_be_reached(bool givenUp, bool wouldRefuse)
    {
        await RosterAsync(2, new RosterEntry(null, _key.PublicKey, _away.Url));
        var report = await PromoteAsync(options => options with { DryRun = true, LostUrls = givenUp ? [_away.Url] : [] });
        Assert.Equal(wouldRefuse, report.Steps.Any(step => step.Name == "would refuse"));
        Assert.Contains(report.Steps, step => step.Finding == $"(no id) at {_away.Url} {(givenUp ? "is given up" : "does not answer")}");
        Assert.Contains(report.Steps, step => step.Finding == "none (503)");
        AssertUnchanged();

        using var second = FreePort.Reserve();
        await RosterAsync(2, new RosterEntry(null, _key.PublicKey, _away.Url), new RosterEntry(null, _key.PublicKey, second.Url));
        report = await PromoteAsync(options => options with { DryRun = true, LostUrls = [second.Url] });
        Assert.Contains(report.Steps, step => step.Name == "would refuse");

        var here = await NodeAsync();
        await RosterAsync(2, here.Entry);
        report = await PromoteAsync(options => options with { DryRun = true });
        Assert.DoesNotContain(report.Steps, step => step.Name == "would refuse");
        Assert.Contains(report.Steps, step => step.Finding == $"{PromotionPeers.Name(here.Entry)} answers");
    }

    [Fact]
    public async Task Where_two_were_promoted_in_one_epoch_the_next_one_is_begun_and_everybody_is_to_hear_of_it()
    {
        var other = await NodeAsync();
        await RosterAsync(1, other.Entry);
        await PromoteAsync();
        var succession = new Succession(_store, _services);
        succession.Learn(await PromotionRecord.SignAsync(1, Guid.NewGuid(), _away.Url, TreeHead.Empty, DateTimeOffset.UnixEpoch, _key, Cancel));
        var refused = await Assert.ThrowsAsync<FailoverException>(() => PromoteAsync(agree: _ => false));
        Assert.Contains("not agreed to", refused.Message, StringComparison.Ordinal);
        var rehearsed = await PromoteAsync(options => options with { DryRun = true });
        Assert.Contains(rehearsed.Steps, step => step.Finding.Contains("the next epoch would decide", StringComparison.Ordinal));
        Assert.False(rehearsed.Changed);
        Assert.Equal(1ul, Succession.Load(_store)!.Epoch);

        Assert.True((await PromoteAsync()).Changed);
        Assert.Equal((2ul, Self), (Succession.Load(_store)!.Epoch, Succession.Load(_store)!.NodeId));
        Assert.Equal(Herald.ToStore([_away.Url, other.Url]).Value.ToArray(), _store.ReadRecord(Herald.RecordKey));
    }

    private void AssertUnchanged()
    {
        Assert.Equal(NodeRole.Secondary, _store.Identity.Role);
        Assert.Null(Succession.Load(_store));
        Assert.Null(_store.ReadRecord(Takeover.BegunKey));
        Assert.Equal(StartupMode.Saved, Startup);
    }

    private Task<FailoverReport> PromoteAsync(
        Func<PromotionOptions, PromotionOptions>? change = null, ISigner? key = null, Func<string, bool>? agree = null)
    {
        var options = new PromotionOptions { SthFile = Sth.Path };
        return new Promotion(
            change is null ? options : change(options), _store, key ?? _key, _services,
            question => Task.FromResult(agree is null || agree(question))).RunAsync(Cancel);
    }

    private async Task<SecondaryParts> NodeAsync()
    {
        var node = await SecondaryParts.StartAsync(_key);
        _open.Add(node);
        return node;
    }

    /// <summary>The roster that this node knows, of itself and others.</summary>
    private async Task RosterAsync(int quorum, params RosterEntry[] others) => _store.CommitRecords([RosterRecord.ToStore(
        await Roster.SignAsync(
            0, 1, Guid.NewGuid(), quorum, [new(Self, _key.PublicKey, new Uri("http://self.example/")), .. others], _key, Cancel))]);

    private TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, _store));

    private async Task PublishAsync(ulong size, bool cosigned = true)
    {
        var signed = await SignedTreeHead.SignAsync(Head(size), _key, Cancel);
        Cosignature[] cosignatures = cosigned ? [new(_witnessKey.PublicKey.KeyHash(), 1, signed.Signature)] : [];
        _store.CommitRecords([Publisher.ToStore(new CosignedTreeHead(signed, [.. cosignatures]))]);
    }

    /// <summary>A witness that has cosigned some size already.</summary>
    private async Task<TrustPolicy> WitnessAsync(Func<int> cosigned)
    {
        var conflict = new Endpoint("add-checkpoint", HttpMethods.Post, false, async (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            context.Response.ContentType = "text/x.tlog.size";
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{cosigned()}\n"), Cancel);
        });
        var table = new EndpointTable("", [conflict], null, _services.Time, _services.Logger<EndpointTable>());
        var listener = await NodeListener.StartExternalAsync(new HostPort("127.0.0.1", 0), table, _services, Cancel);
        _open.Add(listener);
        return TrustPolicy.Parse(Encoding.ASCII.GetBytes($"witness w {_witnessKey.PublicKey} {listener.Url}\nquorum w\n"));
    }
}
