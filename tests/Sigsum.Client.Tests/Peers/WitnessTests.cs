using System.Net;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Client.Tests.Peers;

/// <summary>Checkpoints of ours at the witnesses that the world runs.</summary>
public sealed class WitnessTests : PeerTest
{
    private readonly SampleTree _tree = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    public override ValueTask DisposeAsync()
    {
        _key.Dispose();
        return base.DisposeAsync();
    }

    [Fact]
    public async Task Litewitness_cosigns_our_checkpoints()
    {
        await using LiteWitness witness = await LiteWitness.StartAsync(
            Programs, Folder, PrivateKeyFile("witness", _key), "example.com/litewitness", Cancel);
        var client = new WitnessClient(Http, witness.Url);
        var unknown = Assert.IsType<WitnessResponse.Refused>(await AskAsync(client, 0, 3));
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        await witness.AddLogAsync(Samples.LogKey.PublicKey.ToString(), Cancel);
        await AssertCosignsGrowthAsync(client);
        await AssertRefusesForksAsync(client);
    }

    [Fact]
    public async Task Sigsum_witness_cosigns_our_checkpoints()
    {
        await using SigsumWitness witness = await SigsumWitness.StartAsync(Programs, Folder,
            PrivateKeyFile("witness", _key), PublicKeyFile("log.pub", Samples.LogKey), Cancel);
        var client = new WitnessClient(Http, witness.Url);
        await AssertCosignsGrowthAsync(client);
        await AssertRefusesForksAsync(client);
    }

    private async Task AssertCosignsGrowthAsync(WitnessClient client)
    {
        ulong old = 0;
        foreach (ulong size in new ulong[] { 1, 3, 3, 8, 13 })
        {
            AddCheckpointRequest request = Samples.Checkpoint(old, size, _tree);
            WitnessResponse answer = await client.AddCheckpointAsync(request, Cancel);
            IReadOnlyList<CosignatureLine> lines = Assert.IsType<WitnessResponse.Cosigned>(answer).Lines;
            Assert.True(CosignatureLine.TryFind(lines, request.Checkpoint, _key.PublicKey, out Cosignature found));
            Assert.Equal(_key.PublicKey.KeyHash(), found.KeyHash);
            old = size;
        }
    }

    /// <summary>Expects that size 13 was cosigned last.</summary>
    private async Task AssertRefusesForksAsync(WitnessClient client)
    {
        Assert.Equal(new WitnessResponse.Conflict(13), await AskAsync(client, 0, 20));
        Assert.Equal(new WitnessResponse.Conflict(13), await AskAsync(client, 8, 20));
        // The proof and the new size are right, but for another old size.
        AddCheckpointRequest wrongProof = Samples.Checkpoint(8, 20, _tree) with { OldSize = 13 };
        var refused = Assert.IsType<WitnessResponse.Refused>(await client.AddCheckpointAsync(wrongProof, Cancel));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        AddCheckpointRequest forged = Samples.Checkpoint(13, 20, _tree);
        forged = forged with { Checkpoint = forged.Checkpoint with { TreeHead = _tree.Head(19) } };
        refused = Assert.IsType<WitnessResponse.Refused>(await client.AddCheckpointAsync(forged, Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.IsType<WitnessResponse.Cosigned>(await AskAsync(client, 13, 20));
    }

    private Task<WitnessResponse> AskAsync(WitnessClient client, ulong oldSize, ulong size) =>
        client.AddCheckpointAsync(Samples.Checkpoint(oldSize, size, _tree), Cancel);
}
