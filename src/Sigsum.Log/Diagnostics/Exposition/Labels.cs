using System.Text;

namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>Label sets as text, rendered once when a series is made: <c>endpoint="add-leaf",status="200"</c>.</summary>
internal static class Labels
{
    public static string Render(IReadOnlyList<string> names, IReadOnlyList<string> values)
    {
        if (names.Count != values.Count)
            throw new ArgumentException($"{names.Count} label names, {values.Count} values", nameof(values));
        var text = new StringBuilder();
        for (int i = 0; i < names.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(names[i]).Append("=\"");
            foreach (char c in values[i])
            {
                _ = c switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(c),
                };
            }
            text.Append('"');
        }
        return text.ToString();
    }
}
