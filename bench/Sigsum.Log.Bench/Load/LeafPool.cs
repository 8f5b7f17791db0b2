using System.Buffers.Binary;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Bench.Load;

/// <summary>
/// Leaves that are signed before they are needed, so that a run costs the generator no signatures. Each log gets the same
/// ones, in the same order.
/// </summary>
internal sealed class LeafPool : IDisposable
{
    private readonly Ed25519Signer _signer = Ed25519Signer.Generate();
    private readonly List<AddLeafRequest> _leaves = [];

    public AddLeafRequest this[int index] => _leaves[index];

    public int Count => _leaves.Count;

    /// <summary>Signs until there are so many.</summary>
    public async Task FillAsync(int count, CancellationToken cancellation)
    {
        while (_leaves.Count < count)
        {
            byte[] message = new byte[Hash.Size];
            BinaryPrimitives.WriteInt32BigEndian(message, _leaves.Count);
            _leaves.Add(await AddLeafRequest.SignAsync(new Hash(message), _signer, cancellation));
        }
    }

    public void Dispose() => _signer.Dispose();
}
