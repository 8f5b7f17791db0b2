using Sigsum.Crypto;

namespace Sigsum.Policy;

/// <summary>A log that a policy accepts.</summary>
/// <param name="PublicKey">The log's key.</param>
/// <param name="Name">The origin, if the policy gives the key as a vkey; null for a bare key.</param>
/// <param name="Url">The log's base URL, http or https, if given.</param>
public sealed record PolicyLog(PublicKey PublicKey, string? Name, Uri? Url);
