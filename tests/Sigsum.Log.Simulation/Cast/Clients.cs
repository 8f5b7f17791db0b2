using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Simulation.Cast;

/// <summary>Submitters, who post each leaf until it gets 200, and monitors, who look at every head.</summary>
internal sealed class Clients(World world, Ed25519Signer submitter)
{
    private const int MostWaiting = 8;

    private readonly LogClient _log = world.NewClient("clients");
    private int _waiting;
    private int _number;
    private bool _over;

    /// <summary>Submits and looks until told to stop.</summary>
    public void Start(TimeSpan pause)
    {
        _ = SubmitAllAsync(pause);
        _ = MonitorAsync(pause);
    }

    /// <summary>No new leaves; those that wait are posted on.</summary>
    public void Stop() => _over = true;

    /// <summary>Submits one more leaf.</summary>
    /// <returns>Whether it got 200 in time.</returns>
    public async Task<bool> SubmitOneAsync(TimeSpan limit) => await SubmitAsync(world.Clock.Elapsed + limit);

    /// <summary>Asks for the log's head.</summary>
    /// <returns>Null where there was none.</returns>
    public async Task<TreeHead?> LookAsync()
    {
        var before = world.Truth.Shown;
        try
        {
            var head = await _log.GetTreeHeadAsync();
            if (!head.SignedTreeHead.Verify(world.LogKey.PublicKey))
                world.Truth.Break("append-only", "a head was shown that is not signed with the log's key");
            world.Truth.OnShown(head.SignedTreeHead.TreeHead, before);
            CheckCosignatures(head);
            return head.SignedTreeHead.TreeHead;
        }
        catch (LogClientException)
        {
            return null;
        }
    }

    private void CheckCosignatures(CosignedTreeHead head)
    {
        var origin = Checkpoint.FromSignedTreeHead(head.SignedTreeHead, world.LogKey.PublicKey).Origin;
        foreach (var cosignature in head.Cosignatures)
        {
            if (!world.Witnesses.Any(witness => witness.PublicKey.KeyHash() == cosignature.KeyHash
                && cosignature.Verify(witness.PublicKey, origin, head.SignedTreeHead.TreeHead)))
            {
                world.Truth.Break("cosigned", $"a head of size {head.SignedTreeHead.TreeHead.Size} was shown with a cosignature that none of "
                    + "the witnesses has made");
            }
        }
    }

    private async Task SubmitAllAsync(TimeSpan pause)
    {
        while (!_over)
        {
            await world.Clock.DelayAsync(pause * 2 * world.ClientRandom.NextDouble());
            if (_waiting < MostWaiting && !_over)
                _ = SubmitAsync(TimeSpan.MaxValue);
        }
    }

    private async Task<bool> SubmitAsync(TimeSpan until)
    {
        _waiting++;
        var request = await AddLeafRequest.SignAsync(
            Hash.Sha256(BitConverter.GetBytes(++_number)), submitter, CancellationToken.None);
        try
        {
            while (world.Clock.Elapsed < until && world.Truth.Broken is null)
            {
                if (await PostAsync(request))
                {
                    world.Truth.OnAcknowledged(request.ToLeaf().LeafHash());
                    return true;
                }

                await world.Clock.DelayAsync(TimeSpan.FromSeconds(1 + (2 * world.ClientRandom.NextDouble())));
            }

            return false;
        }
        finally
        {
            _waiting--;
        }
    }

    private async Task<bool> PostAsync(AddLeafRequest request)
    {
        try
        {
            return await _log.AddLeafAsync(request) == AddLeafStatus.Committed;
        }
        catch (LogClientException error)
        {
            if (error.StatusCode is { } status && (int)status is not (503 or 404))
                world.Truth.Break("errors of clients", $"add-leaf was answered with {(int)status}: {error.Message}");
            return false;
        }
    }

    private async Task MonitorAsync(TimeSpan pause)
    {
        while (!_over)
        {
            await world.Clock.DelayAsync(pause * 2 * world.ClientRandom.NextDouble());
            await LookAsync();
        }
    }
}
