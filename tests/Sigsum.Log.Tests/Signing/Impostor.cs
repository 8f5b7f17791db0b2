using Sigsum.Crypto;

namespace Sigsum.Log.Tests.Signing;

/// <summary>A signer that claims one key and signs with another: an agent or token with the wrong slot.</summary>
internal sealed class Impostor(PublicKey claimed, Ed25519Signer actual) : ISigner
{
    public PublicKey PublicKey => claimed;

    public ValueTask<Signature> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        actual.SignAsync(message, cancellationToken);
}
