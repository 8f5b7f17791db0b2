using Sigsum.Testing;

namespace Sigsum.Log.Bench.Servers;

/// <summary>
/// The program that is measured: what <c>dotnet publish</c> makes, as an operator has it, which bench/run names in
/// SIGSUM_BENCH_PROGRAM. Without that, the one that was built with the harness.
/// </summary>
internal static class OurProgram
{
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("SIGSUM_BENCH_PROGRAM") is { Length: > 0 } named ? named : SigsumLog.Executable;
}
