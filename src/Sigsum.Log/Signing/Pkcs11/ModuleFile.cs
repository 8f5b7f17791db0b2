using System.Runtime.InteropServices;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>Finds the file of a PKCS#11 module.</summary>
internal static class ModuleFile
{
    private static readonly string[] Folders = ["pkcs11", "softhsm", ""];

    /// <summary>The file that a URI means.</summary>
    /// <exception cref="TokenException">There is none.</exception>
    public static string Find(Pkcs11Uri uri)
    {
        if (uri.ModulePath is { } path)
        {
            return File.Exists(path)
                ? path
                : throw new TokenException($"there is no PKCS#11 module {path} (module-path); install it, or name another");
        }

        var tried = Candidates(uri.ModuleName!).ToList();
        return tried.Find(File.Exists) ?? throw new TokenException(
            $"no PKCS#11 module '{uri.ModuleName}' (module-name) is in {string.Join(", ", Directories())}; "
            + "write module-path with its full path");
    }

    private static IEnumerable<string> Candidates(string name) =>
        from directory in Directories()
        from file in new[] { $"{name}.so", $"lib{name}.so" }
        select Path.Combine(directory, file);

    /// <summary>Where Debian and others put modules; the vendors' own are under /opt, for module-path.</summary>
    private static IEnumerable<string> Directories()
    {
        var triplet = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.Arm64 => "aarch64-linux-gnu",
            _ => "x86_64-linux-gnu",
        };
        return from root in (IEnumerable<string>)[$"/usr/lib/{triplet}", "/usr/lib64", "/usr/lib", "/usr/local/lib"]
               from folder in Folders
               select Path.Combine(root, folder).TrimEnd('/');
    }
}
