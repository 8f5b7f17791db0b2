using Sigsum.Crypto;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>What the commands for keys share.</summary>
internal static class KeyVerbs
{
    /// <summary>The commands.</summary>
    public static VerbGroup Group { get; } = new(
        "key", "check, split and combine the log key", new KeyCheckVerb(), new KeySplitVerb(), new KeyCombineVerb());

    /// <summary>Whether a key is another than the one it should be; always false where none was named.</summary>
    public static bool IsAnother(PublicKey? expected, PublicKey actual) => expected is { } key && key != actual;

    /// <summary>Anything by that name counts, also a link to nowhere.</summary>
    public static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
