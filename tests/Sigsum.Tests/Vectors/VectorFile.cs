using System.Text.Json;

namespace Sigsum.Tests.Vectors;

/// <summary>Finds the committed vectors next to the test program.</summary>
internal static class VectorFile
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", name);

    public static JsonElement ReadJson(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(name)));
        return document.RootElement.Clone();
    }
}
