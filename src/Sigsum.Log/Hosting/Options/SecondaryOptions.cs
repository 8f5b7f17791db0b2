using Sigsum.Crypto;

namespace Sigsum.Log.Hosting;

/// <summary>
/// All that a secondary node can be told, checked by <see cref="OptionRules.Check(SecondaryOptions)"/>.
/// </summary>
internal sealed record SecondaryOptions
{
    /// <summary>What it has in common with a primary; the key is the node's own, not the log's.</summary>
    public required NodeOptions Node { get; init; }

    /// <summary>Base URL of the primary's internal endpoint, prefix included (<c>--primary-url</c>).</summary>
    public required Uri PrimaryUrl { get; init; }

    /// <summary>
    /// The log's public key, if told; a data directory of another log is refused (<c>--log-key-file</c>).
    /// </summary>
    public PublicKey? LogPublicKey { get; init; }
}
