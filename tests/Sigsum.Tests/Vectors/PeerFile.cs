using System.Text;
using Sigsum.Crypto;

namespace Sigsum.Tests.Vectors;

/// <summary>Files that real programs wrote; see Vectors/peers/README.md.</summary>
internal static class PeerFile
{
    public static byte[] Bytes(string name) => File.ReadAllBytes(VectorFile.PathOf(Path.Combine("peers", name)));

    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    /// <summary>A public key that <c>sigsum-key to-hex</c> printed.</summary>
    public static PublicKey Key(string name) => PublicKey.ParseHex(Text(name + ".hex").TrimEnd());

    /// <summary>What sigsum-submit logs for a file: its SHA-256 hash.</summary>
    public static Hash Message(string name) => Hash.Sha256(Bytes(name));
}
