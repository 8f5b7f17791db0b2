using Sigsum.Crypto;

namespace Sigsum.Log.Hosting;

/// <summary>A secondary that replicates our tree, as its primary knows it.</summary>
/// <param name="Url">Base URL of its internal endpoint, prefix included (<c>--secondary-url</c>).</param>
/// <param name="PublicKey">The key it signs its tree heads with (<c>--secondary-pubkey-file</c>).</param>
internal sealed record SecondaryPeer(Uri Url, PublicKey PublicKey);
