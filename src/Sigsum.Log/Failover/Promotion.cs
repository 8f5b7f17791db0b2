using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Failover;

/// <summary>
/// Makes a stopped secondary its log's primary. Each step is proved before the next; interrupted anywhere and run again, it
/// completes.
/// </summary>
/// <remarks>
/// The order: (1) the store is a secondary's of this log, and in its roster; (2) the key at hand is the log's, and signs;
/// (3) the primary before does not answer, or is to be fenced; (4) every head that is known to be signed is in this tree, and no
/// other node has another tree that may be the log's; (5) the operator agrees; (6) the promotion record is signed and stored here, so a second run goes on with the same one;
/// (7) the primary before and the other secondaries store it: from then on they acknowledge to nobody else, and what they
/// hold does not grow; (8) what they hold and this node lacks is fetched; (9) no witness has seen more; (10) tree and role
/// change in one transaction; (11) the startup file says how the log goes on.
/// </remarks>
internal sealed class Promotion(
    PromotionOptions options, ILogStore store, ISigner key, NodeServices services, Func<string, Task<bool>> agree)
{
    private readonly FailoverSteps _steps = new();
    private readonly PublicKey _logKey = key.PublicKey;
    private readonly StartupFile _startup = new(options.SthFile, services.Machine.Disk);
    private readonly SthFile _sth = new(options.SthFile, services.Machine.Disk);

    /// <summary>Promotes, or says why not.</summary>
    /// <exception cref="FailoverException">It refuses.</exception>
    public async Task<FailoverReport> RunAsync(CancellationToken cancellationToken)
    {
        var succession = options.DryRun ? Succession.ForRehearsal(store, services) : new Succession(store, services);
        using var nodes = new PromotionContacts(options, succession, services);
        var checks = new PromotionChecks(store, _logKey, _sth, _startup, _steps);
        var campaign = new PromotionCampaign(options, store, key, succession, nodes, checks, _steps, services);
        if (store.Identity.Role == NodeRole.Primary)
            return await CompleteAsync(succession, nodes, checks, campaign, cancellationToken);

        checks.CheckStore(succession.Latest);
        await TestSignature.ProveAsync(key, cancellationToken);
        Step("log key", $"signs, and is the key of this store's log, {_logKey.KeyHash()}");
        var peers = await campaign.FindPeersAsync(RosterRecord.Load(store), cancellationToken);
        if (peers.Roster is { } roster)
            checks.CheckRoster(roster);
        else
            checks.CheckWithoutRoster(options.WithoutRoster);
        var (resumed, primaryUrl, primaryAnswers) = await FindPrimaryAsync(nodes, succession, cancellationToken);
        CheckPrimary(primaryUrl, primaryAnswers, resumed);
        var head = checks.CheckHeads();
        checks.CheckStartup();
        var signed = head?.SignedTreeHead.TreeHead.Size ?? 0;
        foreach (var other in peers.Others.Where(other => !peers.IsLost(other)))
            await nodes.CompareAsync(other, store, signed, cancellationToken);
        var survey = await AskWitnessesAsync(nodes, head, cancellationToken);
        if (options.DryRun)
            return await DryRunAsync(nodes, peers, head, survey, cancellationToken);

        if (!await agree(Question(primaryUrl, primaryAnswers, peers)))
            throw new FailoverException("not agreed to; nothing was changed");
        var result = await campaign.RunAsync(peers, resumed, primaryUrl, primaryAnswers, signed, cancellationToken);
        // Once more: what the primary before had cosigned since is known now, and if it is fenced, it was the last.
        survey = await AskWitnessesAgainAsync(nodes, head, survey, cancellationToken);
        CheckWitnesses(survey);
        PutAwayIfOlder(head, survey);
        var fenced = primaryUrl is not null && !result.Unheard.Contains(primaryUrl);
        Convert(result.Record, Shown(head, survey, result.Peers.Roster, fenced), head, result.Unheard);
        return Report(changed: true);
    }

    /// <summary>All of it is done, but perhaps the last file; or another node was promoted in the same epoch.</summary>
    private async Task<FailoverReport> CompleteAsync(
        Succession succession, PromotionContacts nodes, PromotionChecks checks, PromotionCampaign campaign,
        CancellationToken cancellationToken)
    {
        if (succession.Latest is not { } record || record.NodeId != store.Identity.NodeId)
            throw new FailoverException("this node is a primary already, and was not promoted: there is nothing to do");
        Step("promotion record", $"this node was promoted in epoch {record.Epoch}");
        checks.CheckStartup();
        // Each answer says which promotion the node knows.
        foreach (var other in RosterRecord.Load(store)?.Secondaries ?? [])
            await nodes.AnswersAsync(other.Url, cancellationToken);
        PrimaryStartup.CheckSuccession(succession.Latest, store.Identity.NodeId);
        var rival = succession.Rival;
        if (rival is not null && !options.DryRun)
        {
            if (!await agree($"Node {rival.NodeId:N} was promoted in epoch {record.Epoch} too. Make this node the log's primary?"))
                throw new FailoverException("not agreed to; nothing was changed");
            await campaign.BeginAgainAsync(rival, cancellationToken);
        }
        else if (rival is not null)
        {
            Step("rival", $"node {rival.NodeId:N} at {rival.NodeUrl} was promoted in epoch {record.Epoch} too: the next epoch would decide");
        }

        var missing = !_sth.Exists && _startup.Read() == StartupMode.Saved;
        if (missing && !options.DryRun)
            WriteStartup();
        return Report(changed: (missing || rival is not null) && !options.DryRun);
    }

    /// <summary>
    /// The primary before, as far as anybody knows who was asked; whoever is taken for it may tell of a later one.
    /// </summary>
    private async Task<(PromotionRecord? Resumed, Uri? Url, bool Answers)> FindPrimaryAsync(
        PromotionContacts nodes, Succession succession, CancellationToken cancellationToken)
    {
        while (true)
        {
            var latest = succession.Latest;
            var resumed = latest?.NodeId == store.Identity.NodeId ? latest : null;
            var url = (resumed is null ? latest?.NodeUrl : null) ?? options.PrimaryUrl;
            var answers = url is not null && await nodes.AnswersAsync(url, cancellationToken);
            if (ReferenceEquals(latest, succession.Latest))
                return (resumed, url, answers);
        }
    }

    private void CheckPrimary(Uri? url, bool answers, PromotionRecord? resumed)
    {
        if (url is null)
        {
            Step("primary before", "not known (--primary-url): make sure that it is stopped");
            return;
        }

        if (answers && !options.FencePrimary && resumed is null)
        {
            throw new FailoverException($"the primary at {url} answers. To exchange roles with it run `sigsum-log switchover` there; "
                + "to take over all the same stop it, or write --fence-primary, which tells it that its time is over");
        }

        Step("primary before", answers ? $"{url} answers, and is to be fenced" : $"{url} does not answer");
    }

    private async Task<WitnessSurvey?> AskWitnessesAsync(
        PromotionContacts nodes, CosignedTreeHead? head, CancellationToken cancellationToken)
    {
        if (options.Policy is not { Witnesses.Length: > 0 } policy)
        {
            Step("witnesses", "none to ask (--policy-file)");
            return null;
        }

        if (head is null)
        {
            Step("witnesses", "cannot be asked: no signed head is known that they could be shown");
            return new WitnessSurvey(0, "", Conclusive: false, []);
        }

        var survey = await nodes.AskWitnessesAsync(policy, head.SignedTreeHead, _logKey, cancellationToken);
        foreach (var line in survey.Lines)
            Step("witness", line);
        return survey;
    }

    private async Task<WitnessSurvey?> AskWitnessesAgainAsync(
        PromotionContacts nodes, CosignedTreeHead? head, WitnessSurvey? survey, CancellationToken cancellationToken) =>
        options.Policy is { Witnesses.Length: > 0 } policy && head is not null
            ? await nodes.AskWitnessesAsync(policy, head.SignedTreeHead, _logKey, cancellationToken)
            : survey;

    private void CheckWitnesses(WitnessSurvey? survey)
    {
        if (survey is { } && survey.Largest > store.TreeHead.Size)
        {
            throw new FailoverException($"witness {survey.By} has cosigned size {survey.Largest}, this tree has "
                + $"{store.TreeHead.Size} leaves: another node holds more. Bring that node back and run this again, which fetches "
                + "them; nothing is signed here until then");
        }
    }

    private static string Question(Uri? primaryUrl, bool primaryAnswers, PromotionPeers peers)
    {
        var lost = peers.Others.Where(peers.IsLost).ToImmutableArray();
        var text = primaryAnswers
            ? $"The primary at {primaryUrl} is told that its time is over, and this node takes its place."
            : $"The primary before ({primaryUrl?.ToString() ?? "address not known"}) does not answer; if it comes back, it is told "
                + "that its time is over.";
        if (!lost.IsEmpty)
            text += $" Given up for good: {PromotionPeers.Names(lost)}. Leaves that only they and the primary hold are lost.";
        return text + " Promote this node?";
    }

    /// <summary>
    /// Whether there is an sth file, and no later head is known: what it holds was signed last by the primary that it comes from,
    /// and the log goes on from there, as in log-go. One that was left from an earlier time of this node as primary is no such file.
    /// </summary>
    private bool GoesOnFromSth(CosignedTreeHead? head, WitnessSurvey? survey) =>
        _sth.Exists && _sth.Load(_logKey).TreeHead.Size >= Math.Max(head?.SignedTreeHead.TreeHead.Size ?? 0, survey?.Largest ?? 0);

    private void PutAwayIfOlder(CosignedTreeHead? head, WitnessSurvey? survey)
    {
        if (!_sth.Exists || GoesOnFromSth(head, survey))
            return;
        Takeover.PutAway(store, options.SthFile, services.Machine.Disk);
        Step("sth file", "older than what the log has signed; it is kept under another name");
    }

    private void Convert(PromotionRecord record, ulong? shown, CosignedTreeHead? head, ImmutableArray<Uri> unheard)
    {
        var records = ImmutableArray.CreateBuilder<StoreRecord>();
        records.Add(Succession.ToStore(record));
        records.Add(Takeover.Begun(null));
        records.Add(TreeRecovery.Inherits(store));
        records.Add(Herald.ToStore(unheard));
        records.Add(LostNodesRecord.ToStore(options.LostNodes));
        if (head is not null && shown is null)
            records.Add(Publisher.ToStore(head) with { Key = PrimaryStartup.EarlierKey });
        if (shown is null || _sth.Exists)
            records.Add(new StoreRecord(Publisher.RecordKey, default));
        else
            records.Add(PromotionFreshness.ToStore(services.Time.GetUtcNow()));

        store.UpdateIdentity(store.Identity.StepsTo(NodeRole.Primary), records.DrainToImmutable());
        Step("tree", "FROZEN, LOG, ACTIVE; role primary: done in one transaction");
        Step("shown until the first own head", shown is { } size
            ? $"size {size}, which was published last"
            : "none (503): it is not certain which one was published last");
        if (!_sth.Exists)
            WriteStartup();
    }

    /// <summary>Size of the head that may be shown before this node has signed one; null for none.</summary>
    private ulong? Shown(CosignedTreeHead? head, WitnessSurvey? survey, Roster? roster, bool fenced)
    {
        if (head is null)
            return null;
        var size = head.SignedTreeHead.TreeHead.Size;
        return GoesOnFromSth(head, survey)
            || PromotionRules.IsLast(size, store.TreeHead.Size, survey, !head.Cosignatures.IsEmpty, roster, fenced) ? size : null;
    }

    private void WriteStartup()
    {
        var mode = options.LocalTree ? StartupMode.LocalTree : StartupMode.AwaitSecondary;
        if (_startup.Read() == StartupMode.Saved)
            _startup.Create(mode);
        Step("startup", $"{_startup.Path}: {StartupFile.NameOf(_startup.Read())}");
    }

    private async Task<FailoverReport> DryRunAsync(
        PromotionContacts nodes, PromotionPeers peers, CosignedTreeHead? head, WitnessSurvey? survey,
        CancellationToken cancellationToken)
    {
        var reached = 1;
        foreach (var other in peers.Others)
        {
            var answers = await nodes.AnswersAsync(other.Url, cancellationToken);
            reached += answers ? 1 : 0;
            Step("secondary", $"{PromotionPeers.Name(other)} "
                + (answers ? "answers" : peers.IsLost(other) ? "is given up" : "does not answer"));
        }

        if (reached < peers.Needed && peers.Others.Any(other => !peers.IsLost(other)))
            Step("would refuse", $"{reached} secondaries can be reached, {peers.Needed} must be");
        if (survey?.Largest > store.TreeHead.Size)
            Step("would fetch or refuse", $"witness {survey.By} has cosigned {survey.Largest} leaves, here are {store.TreeHead.Size}");
        Step("shown until the first own head",
            Shown(head, survey, peers.Roster, options.FencePrimary) is { } size ? $"size {size}" : "none (503)");
        return Report(changed: false);
    }

    private FailoverReport Report(bool changed) => new(changed, _steps.All,
    [
        "start this node as primary: the log's key, the policy and the rate limits of the old one",
        "give it secondaries (--secondary-url, --secondary-pubkey-file): nothing is signed until they hold the whole tree; "
            + "secondaries of the log that are there follow by themselves",
        "point the log's public address to this host",
        "when the old primary comes back: `sigsum-log rejoin` makes it a secondary",
    ]);

    private void Step(string name, string finding) => _steps.Add(name, finding);
}
