using Sigsum.Crypto;

namespace Sigsum.Checkpoints;

/// <summary>The origin line of a Sigsum log's checkpoints (log.md section 2.2.2).</summary>
public static class SigsumOrigin
{
    /// <summary>What the origin of every Sigsum log starts with.</summary>
    public const string Prefix = "sigsum.org/v1/tree/";

    /// <summary>The origin of a log: <see cref="Prefix"/> and its key hash in lower-case hex.</summary>
    /// <param name="logKey">The log's public key.</param>
    public static string ForLog(in PublicKey logKey) => Prefix + logKey.KeyHash().ToString();
}
