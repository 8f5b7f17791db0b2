using Sigsum.Testing;

namespace Sigsum.Fuzz.Tests;

/// <summary>Whatever a fuzzer found once stays found: the inputs that are kept run through their parsers in every test run.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_of_the_corpus_is_a_finding_and_some_are_accepted(string name)
    {
        string[] files = FilesOf("corpus", name);
        Assert.NotEmpty(files);
        // A target that refuses everything would check no property of what it accepts.
        Assert.Contains(true, files.Select(file => Run(name, file)).ToList());
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_that_was_a_finding_is_one_again(string name)
    {
        foreach (string file in FilesOf("regressions", name))
            Run(name, file);
    }

    [Fact]
    public void Every_kept_input_belongs_to_a_target()
    {
        foreach (string kind in (string[])["corpus", "regressions"])
        {
            Assert.Empty(
                Directory.GetDirectories(Repository.PathOf("fuzz", kind)).Select(Path.GetFileName).Except(FuzzTargets.Names));
        }

        Assert.Empty(Directory.GetFiles(Repository.PathOf("fuzz", "dictionaries")).Select(Path.GetFileNameWithoutExtension)
            .Except(FuzzTargets.Names));
    }

    [Fact]
    public void The_corpus_stays_small() => Assert.InRange(
        new DirectoryInfo(Repository.PathOf("fuzz")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
        1, 1_000_000);

    private static string[] FilesOf(string kind, string name)
    {
        string folder = Repository.PathOf("fuzz", kind, name);
        return Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
    }

    private static bool Run(string name, string file)
    {
        try
        {
            return FuzzTargets.Named(name)!.Run(File.ReadAllBytes(file));
        }
        catch (Exception finding)
        {
            Assert.Fail($"{file}: {finding}");
            return false;
        }
    }
}
