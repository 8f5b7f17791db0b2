using Sigsum.Crypto;

namespace Sigsum.Policy;

/// <summary>A witness that a policy knows.</summary>
/// <param name="Name">
/// The name inside the policy file. It identifies nothing outside, and is for humans: octets that are not UTF-8 are
/// shown as Latin-1.
/// </param>
/// <param name="PublicKey">The witness's key.</param>
/// <param name="Url">The prefix for add-checkpoint, http or https, if given.</param>
public sealed record PolicyWitness(string Name, PublicKey PublicKey, Uri? Url);
