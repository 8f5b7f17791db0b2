using System.Text;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Simulation.Cast;

/// <summary>A key in the hands of one process: whatever tree head it signs is noted.</summary>
internal sealed class WatchedKey(Ed25519Signer key, Action<TreeHead> signed) : ISigner
{
    private static readonly byte[] Origin = Encoding.ASCII.GetBytes(Checkpoints.SigsumOrigin.Prefix);

    /// <inheritdoc/>
    public PublicKey PublicKey => key.PublicKey;

    /// <inheritdoc/>
    public ValueTask<Signature> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        // What is signed for a tree head is the body of a checkpoint: origin, size, root.
        if (message.Span.StartsWith(Origin))
        {
            var lines = Encoding.ASCII.GetString(message.Span).Split('\n');
            signed(new TreeHead(
                ulong.Parse(lines[1], System.Globalization.CultureInfo.InvariantCulture),
                new Hash(Convert.FromBase64String(lines[2]))));
        }

        return ValueTask.FromResult(key.Sign(message.Span));
    }
}
