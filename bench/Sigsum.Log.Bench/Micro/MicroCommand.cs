using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Micro;

/// <summary><c>micro [FILTER]</c>: the micro-benchmarks, in this process.</summary>
internal static class MicroCommand
{
    public const string Verb = "micro";

    public static int Run(string[] filter)
    {
        // In this process: a generated project would not be among the friends of Sigsum.Log.
        Job job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        IConfig config = DefaultConfig.Instance.AddJob(job).WithArtifactsPath(Repository.PathOf("artifacts", "bench", "micro"));
        string pattern = filter.Length == 0 ? "*" : $"*{filter[0]}*";
        BenchmarkSwitcher.FromTypes([typeof(MicroBenchmarks)]).Run(["--filter", pattern], config);
        return 0;
    }
}
