using Sigsum.Crypto;

namespace Sigsum.Log.Hosting;

/// <summary>
/// All that a secondary node can be told, checked by <see cref="OptionRules.Check(SecondaryOptions)"/>.
/// </summary>
internal sealed record SecondaryOptions
{
    /// <summary>What it has in common with a primary; the key is the node's own, not the log's.</summary>
    public required NodeOptions Node { get; init; }

    /// <summary>
    /// Base URL of the primary's internal endpoint, prefix included (<c>--primary-url</c>); null for a node that knows it from
    /// a promotion record.
    /// </summary>
    public required Uri? PrimaryUrl { get; init; }

    /// <summary>
    /// The log's own key, on a node that may become primary while it runs (<c>--signing-key-file</c>); null elsewhere.
    /// </summary>
    public string? SigningKeyFile { get; init; }

    /// <summary>
    /// The log's public key, if told; a data directory of another log is refused (<c>--log-key-file</c>).
    /// </summary>
    public PublicKey? LogPublicKey { get; init; }
}
