using System.Text.Json;
using Sigsum.Crypto;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>What the commands for keys share.</summary>
internal static class KeyVerbs
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true };

    /// <summary>The commands.</summary>
    public static VerbGroup Group { get; } = new(
        "key", "check, split and combine the log key", new KeyCheckVerb(), new KeySplitVerb(), new KeyCombineVerb());

    /// <summary>A JSON object as it is printed.</summary>
    public static string ToJson(object result) => JsonSerializer.Serialize(result, Pretty);

    /// <summary>Says why nothing was done.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RefuseAsync(string verb, string why)
    {
        await Console.Error.WriteLineAsync($"{ProgramName.Main} {Group.Name} {verb}: {why}");
        return 1;
    }

    /// <summary>Whether a key is another than the one it should be; always false where none was named.</summary>
    public static bool IsAnother(PublicKey? expected, PublicKey actual) => expected is { } key && key != actual;

    /// <summary>Anything by that name counts, also a link to nowhere.</summary>
    public static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
