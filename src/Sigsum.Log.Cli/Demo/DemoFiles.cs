using System.Text;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Cli.Demo;

/// <summary>
/// The files of a demo instance, in the formats of the Sigsum tools, so that they can be tried on it. A directory
/// that holds an earlier demo is gone on with.
/// </summary>
internal sealed class DemoFiles(string directory)
{
    /// <summary>The directory itself.</summary>
    public string Root => directory;

    /// <summary>The log's private key.</summary>
    public string LogKey => Path.Combine(directory, "log.key");

    /// <summary>The key that the secondary signs its tree heads with.</summary>
    public string SecondaryKey => Path.Combine(directory, "secondary.key");

    /// <summary>The key of the witness for trying out.</summary>
    public string WitnessKey => Path.Combine(directory, "witness.key");

    /// <summary>A submitter's key.</summary>
    public string SubmitterKey => Path.Combine(directory, "submitter.key");

    /// <summary>The policy that submitters, verifiers, monitors and the primary share.</summary>
    public string Policy => Path.Combine(directory, "policy");

    /// <summary>The latest signed tree head.</summary>
    public string Sth => Path.Combine(directory, "sth");

    /// <summary>Store of the primary.</summary>
    public string PrimaryData => Path.Combine(directory, "primary");

    /// <summary>Store of the secondary.</summary>
    public string SecondaryData => Path.Combine(directory, "secondary");

    /// <summary>What the witness has cosigned.</summary>
    public string WitnessState => Path.Combine(directory, "witness.state");

    /// <summary>What the nodes have to say.</summary>
    public string LogFile => Path.Combine(directory, "demo.log");

    /// <summary>The proof of logging of the demo's leaf.</summary>
    public string Proof => Path.Combine(directory, "hello.proof");

    /// <summary>The logged message itself.</summary>
    public string Message => Path.Combine(directory, "hello");

    /// <summary>The public half of a key file.</summary>
    public static string Public(string keyFile) => keyFile + ".pub";

    /// <summary>Reads a key, or makes one with its public half beside it.</summary>
    public static Ed25519Signer Key(string path)
    {
        if (File.Exists(path))
            return OpenSshKey.ParsePrivate(File.ReadAllText(path));
        var key = Ed25519Signer.Generate();
        var owner = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            owner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path, owner))
            file.Write(Encoding.ASCII.GetBytes(OpenSshKey.FormatPrivate(key)));

        File.WriteAllText(Public(path), OpenSshKey.FormatPublic(key.PublicKey, "demo"));
        return key;
    }

    /// <summary>Makes the stores where there are none yet.</summary>
    public void CreateStores(PublicKey logKey)
    {
        if (!DataDirectory.Exists(SecondaryData))
        {
            RocksDbLogStore.Create(
                SecondaryData, StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, logKey.KeyHash())).Dispose();
        }
    }
}
