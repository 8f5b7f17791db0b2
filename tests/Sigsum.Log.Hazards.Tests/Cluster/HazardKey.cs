using Sigsum.Crypto;
using Sigsum.Keys;

namespace Sigsum.Log.Hazards.Tests.Cluster;

/// <summary>An Ed25519 key pair in OpenSSH files, as every program here takes it.</summary>
/// <param name="PrivateFile">The private key's file.</param>
/// <param name="PublicKey">The public key, which is in the file beside it too.</param>
internal sealed record HazardKey(string PrivateFile, PublicKey PublicKey)
{
    public string PublicFile => PrivateFile + ".pub";

    /// <summary>Makes a key and writes its two files.</summary>
    public static HazardKey Generate(string folder, string name)
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        HazardKey key = new(Path.Combine(folder, name + ".key"), signer.PublicKey);
        File.WriteAllText(key.PrivateFile, OpenSshKey.FormatPrivate(signer));
        File.WriteAllText(key.PublicFile, OpenSshKey.FormatPublic(signer.PublicKey) + "\n");
        return key;
    }

    /// <summary>The private key, to sign with in this process.</summary>
    public Ed25519Signer OpenSigner() => OpenSshKey.ParsePrivate(File.ReadAllText(PrivateFile));
}
