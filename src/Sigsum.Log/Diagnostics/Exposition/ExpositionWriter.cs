using System.Globalization;
using System.Text;

namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>
/// Writes the Prometheus text format, version 0.0.4: a HELP and a TYPE line per family, then its samples. Families
/// have to be written whole, one after the other; that is the format's rule.
/// </summary>
internal sealed class ExpositionWriter
{
    /// <summary>The media type of what is written.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(16 * 1024);

    public void Family(string name, string type, string help)
    {
        _text.Append("# HELP ").Append(name).Append(' ')
            .Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>One sample whose value is a whole number, written exactly.</summary>
    public void Sample(string name, string labels, long value)
    {
        SampleName(name, labels);
        _text.Append(CultureInfo.InvariantCulture, $"{value}").Append('\n');
    }

    /// <summary>One sample; infinities and NaN are written as the format spells them.</summary>
    public void Sample(string name, string labels, double value)
    {
        SampleName(name, labels);
        _text.Append(Number(value)).Append('\n');
    }

    /// <summary>A number as the format spells it: shortest form that reads back as the same value.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal),
    };

    public override string ToString() => _text.ToString();

    private void SampleName(string name, string labels)
    {
        _text.Append(name);
        if (labels.Length > 0)
            _text.Append('{').Append(labels).Append('}');
        _text.Append(' ');
    }
}
