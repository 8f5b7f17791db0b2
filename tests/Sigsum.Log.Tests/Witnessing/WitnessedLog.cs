using System.Buffers;
using System.Globalization;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Witnessing;

/// <summary>A log of any size, as a witness sees it: leaf hashes follow from their index and a seed.</summary>
internal sealed class WitnessedLog(string seed = "") : INodeReader
{
    public Ed25519Signer Signer { get; } = Ed25519Signer.Generate();

    public PublicKey PublicKey => Signer.PublicKey;

    public Hash ReadNode(NodeId id) => id.Level == 0
        ? Rfc6962.HashLeaf(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}{id.Index}")))
        : Rfc6962.HashNode(ReadNode(new(id.Level - 1, 2 * id.Index)), ReadNode(new(id.Level - 1, (2 * id.Index) + 1)));

    public TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, this));

    /// <summary>A checkpoint signed by the log, of whatever tree head.</summary>
    public async Task<Checkpoint> SignAsync(TreeHead head, CancellationToken cancellationToken) =>
        Checkpoint.FromSignedTreeHead(
            await SignedTreeHead.SignAsync(head, Signer, cancellationToken), PublicKey);

    /// <summary>A correct request.</summary>
    public async Task<AddCheckpointRequest> RequestAsync(
        ulong oldSize, ulong size, CancellationToken cancellationToken) => new(
            oldSize,
            oldSize == 0 || oldSize == size ? ConsistencyProof.Empty : ProofBuilder.Consistency(oldSize, size, this),
            await SignAsync(Head(size), cancellationToken));

    public static string Text(AddCheckpointRequest request)
    {
        var body = new ArrayBufferWriter<byte>();
        request.Write(body);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }
}
