using System.Diagnostics;

namespace Sigsum.Log.Tests.Storage;

/// <summary>A process that appends to a store for ever, and says on its output what has been committed.</summary>
internal sealed class StoreWriter : IDisposable
{
    private StoreWriter(Process process) => Process = process;

    public Process Process { get; }

    public static StoreWriter Start(string directory)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Sigsum.Log.Tests.StoreWriter.dll");
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new StoreWriter(Process.Start(new ProcessStartInfo(host, ["exec", program, "append", directory])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }
}
