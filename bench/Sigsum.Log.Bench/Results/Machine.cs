using System.Globalization;
using System.Runtime.InteropServices;

namespace Sigsum.Log.Bench.Results;

/// <summary>What was measured on: no names, only what the figures depend on.</summary>
/// <param name="Processor">The processor's model.</param>
/// <param name="Cores">How many of them.</param>
/// <param name="MemoryInMib">Memory of the machine.</param>
/// <param name="Kernel">Version of the kernel.</param>
/// <param name="Runtime">Version of .NET.</param>
internal sealed record Machine(string Processor, int Cores, long MemoryInMib, string Kernel, string Runtime)
{
    public static Machine Here()
    {
        string model = Field("/proc/cpuinfo", "model name");
        long kibibytes = long.Parse(Field("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture);
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0];
        return new Machine(model, Environment.ProcessorCount, kibibytes / 1024, "Linux " + kernel, RuntimeInformation.FrameworkDescription);
    }

    private static string Field(string file, string name) =>
        File.ReadLines(file).Select(line => line.Split(':', 2)).FirstOrDefault(pair => pair[0].Trim() == name)?[1].Trim()
        ?? "unknown";
}
