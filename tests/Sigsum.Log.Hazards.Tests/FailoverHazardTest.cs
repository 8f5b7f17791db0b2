using System.Globalization;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.Witnesses;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests;

/// <summary>What an operator does about the loss of a primary, by command lines alone.</summary>
public abstract class FailoverHazardTest : HazardTest
{
    /// <summary>A log of ours with a witness, under load, with some leaves committed and a head published.</summary>
    private protected static async Task<HazardLog> StartLoadedAsync(int secondaries = 1, int? quorum = null)
    {
        HazardSetup setup = new()
        {
            Secondaries = [.. Enumerable.Repeat(ServerKind.Ours, secondaries)],
            SecondaryQuorum = quorum,
            Witnesses = [WitnessKind.Sigsum],
            PrimaryOptions = [ShortCommitWait],
        };
        HazardLog log = await HazardLog.StartAsync(setup, Cancellation);
        await log.Clients.Fast.WaitForMoreAsync(40, Cancellation);
        await log.WaitForSizeAsync(1, Cancellation);
        return log;
    }

    /// <summary>Runs <c>promote</c> on a secondary's host, with the log's key.</summary>
    private protected static async Task<ProgramResult> TryPromoteAsync(HazardLog log, HazardNode node, params string[] more)
    {
        if (node.IsRunning)
            await node.StopAsync(Cancellation);
        return await node.RunAsync(
            "promote", ["data-dir", "primary-url"], Cancellation,
            [
                $"--key-file={log.Key.PrivateFile}", $"--sth-file={node.Folder.Sth}", $"--policy-file={log.LogPolicyFile}", "--yes",
                .. more,
            ]);
    }

    /// <summary>Promotes a secondary and writes the configuration of a primary; it is not started yet.</summary>
    private protected static async Task PromoteAsync(HazardLog log, HazardNode node, params string[] more)
    {
        (await TryPromoteAsync(log, node, more)).Succeeded();
        ConfigurePrimary(log, node);
    }

    /// <summary>The command line of a primary, without its secondaries.</summary>
    private protected static void ConfigurePrimary(HazardLog log, HazardNode node)
    {
        node.Role = "primary";
        node.UseKey(log.Key);
        node.Arguments.Remove("primary-url");
        node.Arguments.Remove("log-key-file");
        node.Arguments.Set("sth-file", node.Folder.Sth);
        node.Arguments.Set("policy-file", log.LogPolicyFile);
        node.Arguments.Set("witness-requests-per-day", "86400000");
        node.Arguments.Set(ShortCommitWait.Item1, ShortCommitWait.Item2);
    }

    /// <summary>The command line of a secondary of <paramref name="primary"/>, which is told of it at its next start.</summary>
    private protected static async Task ConfigureSecondaryAsync(HazardLog log, HazardNode node, HazardNode primary, HazardKey key)
    {
        node.Role = "secondary";
        node.UseKey(key);
        foreach (string option in new[]
            {
                "sth-file", "policy-file", "witness-requests-per-day", "commit-wait", "secondary-url", "secondary-pubkey-file",
                "secondary-quorum", "no-secondary", "lost-node",
            })
        {
            node.Arguments.Remove(option);
        }

        node.Arguments.Set("primary-url", (await log.Network.LinkAsync(node, primary, Cancellation)).Url.ToString());
        node.Arguments.Set("log-key-file", log.Key.PublicFile);
        await AddSecondaryAsync(log, primary, node, key);
    }

    /// <summary>Writes a secondary that exists into a primary's configuration.</summary>
    private protected static async Task AddSecondaryAsync(HazardLog log, HazardNode primary, HazardNode node, HazardKey key)
    {
        primary.Arguments.Add("secondary-url", (await log.Network.LinkAsync(primary, node, Cancellation)).Url.ToString());
        primary.Arguments.Add("secondary-pubkey-file", key.PublicFile);
    }

    /// <summary>A new secondary for a primary, started.</summary>
    private protected static async Task<HazardNode> AddFreshSecondaryAsync(HazardLog log, HazardNode primary, string name)
    {
        HazardNode fresh = log.AddNode(name, ServerKind.Ours, "secondary");
        await log.JoinAsync(primary, fresh, Cancellation);
        await fresh.StartAsync(Cancellation);
        return fresh;
    }

    /// <summary>Starts a promoted node with a fresh secondary, and lets the log's name point to it.</summary>
    private protected static async Task TakeOverAsync(HazardLog log, HazardNode promoted)
    {
        await AddFreshSecondaryAsync(log, promoted, "fresh");
        await promoted.StartAsync(Cancellation);
        log.PointTo(promoted);
    }

    /// <summary>A node's id, from its directory; it must be stopped.</summary>
    private protected static async Task<string> IdOfAsync(HazardNode node)
    {
        ProgramResult status = await node.RunAsync("status", ["data-dir"], Cancellation, "--sth-file=none", "--json");
        using var json = System.Text.Json.JsonDocument.Parse(status.Succeeded().Output);
        return json.RootElement.GetProperty("node_id").GetGuid().ToString("N", CultureInfo.InvariantCulture);
    }

    /// <summary>A key for a node that was primary and becomes a secondary.</summary>
    private protected static HazardKey NewKey(HazardLog log, string name) => HazardKey.Generate(log.Folder.FullName, name);

    /// <summary>
    /// Holds that a node never signs more than it has, while something goes on that would let it, if it could: its signed
    /// head is looked at again after each of some answers of the log to others.
    /// </summary>
    private protected static async Task SignsNothingMoreAsync(HazardLog log, HazardNode node, int commitsMeanwhile)
    {
        var signed = SignedBy(node);
        await log.Clients.Fast.WaitForMoreAsync(commitsMeanwhile, Cancellation);
        Assert.Equal(signed, SignedBy(node));
    }
}
