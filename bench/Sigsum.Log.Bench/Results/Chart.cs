using ScottPlot;

namespace Sigsum.Log.Bench.Results;

/// <summary>
/// The rates as a chart: a bar for each, how many times that of the other server it is, with its smallest and largest ratio.
/// </summary>
internal static class Chart
{
    private const int Width = 900;
    private const int RowHeight = 34;
    private const int Margin = 130;

    /// <summary>The chart as SVG.</summary>
    public static string Draw(IReadOnlyCollection<Sample> samples, string caption)
    {
        (string Label, Spread Ratio)[] rows =
        [
            .. from row in samples.Where(sample => sample.Metric.EndsWith("/s", StringComparison.Ordinal))
                   .GroupBy(sample => (sample.Part, sample.Case))
               let ratio = ResultTable.Ratio(row)
               where ratio is not null
               select ($"{row.Key.Part}: {row.Key.Case}", ratio.Value),
        ];
        Plot plot = new();
        Bar[] bars =
        [
            .. rows.Select((row, i) => new Bar
            {
                Position = -i,
                Value = row.Ratio.Median,
                Error = (row.Ratio.Max - row.Ratio.Min) / 2,
                Size = 0.6,
                FillColor = Colors.SteelBlue,
                Orientation = Orientation.Horizontal,
            }),
        ];
        plot.Add.Bars(bars);
        plot.Add.VerticalLine(1, 1.5f, Colors.Black, LinePattern.Dashed);
        plot.Axes.Left.SetTicks([.. bars.Select(bar => bar.Position)], [.. rows.Select(row => row.Label)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.XLabel("times the rate of log-go in memory (or of bare Kestrel), median; the line is 1");
        plot.Title(caption, 14);
        plot.Axes.SetLimitsX(0, rows.Length == 0 ? 1 : Math.Max(1, rows.Max(row => row.Ratio.Max)) * 1.05);
        return plot.GetSvgXml(Width, (rows.Length * RowHeight) + Margin);
    }
}
