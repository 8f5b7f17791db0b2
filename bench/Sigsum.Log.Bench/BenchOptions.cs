using System.Globalization;

namespace Sigsum.Log.Bench;

/// <summary>What the command line says.</summary>
/// <param name="Size"><c>quick</c>, <c>full</c> or <c>tiny</c>.</param>
/// <param name="Plan">What that means.</param>
/// <param name="Parts">The parts to run.</param>
/// <param name="Folder">Where the results go.</param>
internal sealed record BenchOptions(string Size, Plan Plan, IReadOnlyList<string> Parts, string Folder)
{
    private const string Only = "--only=";
    private const string Out = "--out=";
    private const string Connections = "--connections=";
    private const string Tree = "--tree=";

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">As they were typed.</param>
    /// <param name="known">The parts that there are.</param>
    /// <param name="problem">What is wrong with them.</param>
    /// <returns>Null where something is.</returns>
    public static BenchOptions? Read(IEnumerable<string> arguments, IReadOnlyList<string> known, out string problem)
    {
        BenchOptions options = new("quick", Plan.Quick, known, Path.Combine("artifacts", "bench"));
        List<string> only = [];
        problem = "";
        foreach (string argument in arguments)
        {
            switch (argument)
            {
                case "--quick":
                    break;
                case "--full":
                    options = options with { Size = "full", Plan = Plan.Full };
                    break;
                case "--tiny":
                    options = options with { Size = "tiny", Plan = Plan.Tiny };
                    break;
                case not null when argument.StartsWith(Only, StringComparison.Ordinal) && known.Contains(argument[Only.Length..]):
                    only.Add(argument[Only.Length..]);
                    break;
                case not null when argument.StartsWith(Out, StringComparison.Ordinal) && argument.Length > Out.Length:
                    options = options with { Folder = argument[Out.Length..] };
                    break;
                case not null when argument.StartsWith(Connections, StringComparison.Ordinal)
                    && int.TryParse(argument[Connections.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int count):
                    options = options with { Plan = options.Plan with { Connections = [count] } };
                    break;
                case not null when argument.StartsWith(Tree, StringComparison.Ordinal)
                    && ulong.TryParse(argument[Tree.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out ulong size):
                    options = options with { Plan = options.Plan with { SharedTrees = [], LargeTrees = [size] } };
                    break;
                default:
                    problem = $"'{argument}' is none of --quick, --full, --tiny, --out=DIR, --connections=N, --tree=N, --only=PART; parts are {string.Join(", ", known)}";
                    return null;
            }
        }

        return only.Count == 0 ? options : options with { Parts = only };
    }
}
