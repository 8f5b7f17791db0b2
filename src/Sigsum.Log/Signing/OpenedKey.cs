using System.Collections.Immutable;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing;

/// <summary>A signer made from a key file, and what the operator should be told about the file.</summary>
/// <param name="Signer">Signs with the private key, in this process or in an agent.</param>
/// <param name="Warnings">One line each; nothing that keeps the key from being used.</param>
internal sealed record OpenedKey(ISigner Signer, ImmutableArray<string> Warnings) : IDisposable
{
    public void Dispose() => (Signer as IDisposable)?.Dispose();
}
