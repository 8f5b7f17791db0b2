using SharpFuzz;

namespace Sigsum.Fuzz;

/// <summary>Runs one target: below a fuzzer, on files, or to let its corpus grow.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["list"]:
                Console.WriteLine(string.Join('\n', FuzzTargets.Names));
                return 0;
            case ["fuzz", var name] when FuzzTargets.Named(name) is { } target:
                Fuzzer.Run(stream => target.Run(ReadAll(stream)));
                return 0;
            case ["replay", var name, .. var files] when FuzzTargets.Named(name) is { } target:
                return Replay(target, files);
            case ["grow", var name, var corpus, var from] when FuzzTargets.Named(name) is { } target:
                CorpusGrowth.Run(target, corpus, from);
                return 0;
            default:
                Console.Error.WriteLine("usage: list | fuzz TARGET | replay TARGET FILE... | grow TARGET CORPUS FROM");
                return 2;
        }
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static int Replay(FuzzTarget target, string[] files)
    {
        int findings = 0;
        foreach (string file in files)
        {
            try
            {
                Console.WriteLine($"{target.Name}: {file}: {(target.Run(File.ReadAllBytes(file)) ? "accepted" : "refused")}");
            }
            catch (Exception finding)
            {
                findings++;
                Console.WriteLine($"{target.Name}: {file}: FOUND {finding}");
            }
        }

        return findings == 0 ? 0 : 1;
    }
}
