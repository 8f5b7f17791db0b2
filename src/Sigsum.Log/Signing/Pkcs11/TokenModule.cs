using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>
/// A share in a loaded PKCS#11 module. A module is initialized once for the whole process, whoever uses it, and is let go
/// with its last share; the next one then starts afresh, which is how some modules notice that a token is back.
/// </summary>
internal sealed class TokenModule : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, TokenModule> Loaded = [];

    private readonly string _path;
    private int _shares;

    static TokenModule() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11Exception).Assembly, Resolve);

    private TokenModule(string path, IPkcs11Library library) => (_path, Library) = (path, library);

    /// <summary>What makes attributes and mechanisms.</summary>
    public static Pkcs11InteropFactories Factories { get; } = new();

    /// <summary>The module's functions.</summary>
    public IPkcs11Library Library { get; }

    /// <summary>Takes a share; loads the module where nobody has one.</summary>
    /// <exception cref="TokenException">The file is no module for this machine, or does not start.</exception>
    public static TokenModule Acquire(string path)
    {
        lock (Gate)
        {
            if (!Loaded.TryGetValue(path, out var module))
            {
                module = new TokenModule(path, Load(path));
                Loaded.Add(path, module);
            }

            module._shares++;
            return module;
        }
    }

    /// <summary>Gives one share back.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (--_shares > 0)
                return;
            Loaded.Remove(_path);
            try
            {
                Library.Dispose();
            }
            catch (Exception e) when (e is Pkcs11Exception or UnmanagedException)
            {
                // It is let go; that it complains about a device that is gone helps nobody.
            }
        }
    }

    /// <summary>
    /// The library asks for "libdl", a name that only development packages bring: glibc has libdl.so.2, musl has the
    /// functions in libc itself.
    /// </summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == "libdl" && (NativeLibrary.TryLoad("libdl.so.2", out var handle) || NativeLibrary.TryLoad("libc", out handle))
            ? handle
            : 0;

    private static IPkcs11Library Load(string path)
    {
        try
        {
            return Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, path, AppType.MultiThreaded);
        }
        catch (Exception e) when (e is UnmanagedException or LibraryArchitectureException or Pkcs11Exception)
        {
            throw new TokenException($"cannot load the PKCS#11 module {path}: {e.Message}", e);
        }
    }
}
