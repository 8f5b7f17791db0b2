namespace Sigsum.Log.Tests.Hosting;

/// <summary>Tests that measure the whole process, such as its memory, run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}
