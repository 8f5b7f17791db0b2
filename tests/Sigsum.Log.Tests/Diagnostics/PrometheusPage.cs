using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sigsum.Log.Tests.Diagnostics;

/// <summary>One sample of a page.</summary>
internal sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>One family of a page: its type and samples.</summary>
internal sealed record PrometheusFamily(string Name, string Type, List<PrometheusSample> Samples)
{
    /// <summary>The names of the labels, without that of the buckets, in order.</summary>
    public IEnumerable<string> LabelNames =>
        Samples.SelectMany(sample => sample.Labels.Keys).Where(name => name != "le").Distinct().Order();
}

/// <summary>A strict reader of the text format 0.0.4: what it rejects, a scraper may reject too.</summary>
internal sealed partial class PrometheusPage
{
    private readonly Dictionary<string, PrometheusFamily> _families = [];

    public IReadOnlyDictionary<string, PrometheusFamily> Families => _families;

    public double Value(string name, params (string Name, string Value)[] labels) =>
        _families.Values.SelectMany(family => family.Samples).Single(sample =>
            sample.Name == name && sample.Labels.Count == labels.Length
            && labels.All(label => sample.Labels.TryGetValue(label.Name, out string? value) && value == label.Value))
        .Value;

    public static PrometheusPage Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var page = new PrometheusPage();
        var seen = new HashSet<string>();
        PrometheusFamily? current = null;
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            string[] words = line.Split(' ');
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                current = new PrometheusFamily(words[2], words[3], []);
                Assert.True(page._families.TryAdd(words[2], current), $"{words[2]} comes twice");
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                PrometheusSample sample = ParseSample(line);
                Assert.NotNull(current);
                Assert.True(Belongs(sample.Name, current), $"{sample.Name} is not of family {current.Name}");
                Assert.True(seen.Add(line[..line.LastIndexOf(' ')]), $"sample twice: {line}");
                current.Samples.Add(sample);
            }
        }
        return page;
    }

    private static bool Belongs(string name, PrometheusFamily family) => family.Type switch
    {
        "histogram" => name == family.Name + "_bucket" || name == family.Name + "_sum" || name == family.Name + "_count",
        "summary" => name == family.Name || name == family.Name + "_sum" || name == family.Name + "_count",
        _ => name == family.Name,
    };

    private static PrometheusSample ParseSample(string line)
    {
        Match match = SampleLine().Match(line);
        Assert.True(match.Success, $"not a sample: {line}");
        var labels = new Dictionary<string, string>();
        for (int i = 0; i < match.Groups["label"].Captures.Count; i++)
            labels.Add(match.Groups["label"].Captures[i].Value, Unescape(match.Groups["value"].Captures[i].Value));
        string number = match.Groups["number"].Value;
        double value = number switch
        {
            "+Inf" => double.PositiveInfinity,
            _ => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return new PrometheusSample(match.Groups["name"].Value, labels, value);
    }

    private static string Unescape(string value)
    {
        var text = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\')
                text.Append(value[i]);
            else
                text.Append(value[++i] == 'n' ? '\n' : value[i]);
        }
        return text.ToString();
    }

    [GeneratedRegex("""
        ^(?<name>[a-z_:][a-z0-9_:]*)
        (\{(?<label>[a-z_][a-z0-9_]*)="(?<value>([^"\\]|\\["\\n])*)"(,(?<label>[a-z_][a-z0-9_]*)="(?<value>([^"\\]|\\["\\n])*)")*\})?
        [ ](?<number>\S+)$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex SampleLine();
}
