using System.Globalization;
using System.Text;

namespace Sigsum.Log.Bench.Results;

/// <summary>
/// The figures as a table: a row for each thing that was measured, with the ratio to the other server where that was
/// measured too. A ratio is taken between two figures of the same round, so what disturbed both cancels out.
/// </summary>
internal static class ResultTable
{
    public const string Ours = "ours";
    public const string LogGo = "log-go";
    public const string Bare = "bare Kestrel";

    /// <summary>The table in Markdown.</summary>
    public static string Write(IReadOnlyCollection<Sample> samples)
    {
        StringBuilder table = new();
        table.AppendLine("| part | case | measured | ours | log-go in memory | ours to log-go: min / median / max |");
        table.AppendLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var row in samples.GroupBy(sample => (sample.Part, sample.Case, sample.Metric)))
        {
            string[] cells =
            [
                row.Key.Part, row.Key.Case, row.Key.Metric, Median(row, Ours),
                row.Any(sample => sample.Server == Bare) ? $"{Median(row, Bare)} (bare Kestrel)" : Median(row, LogGo),
                Ratio(row) is { } ratio ? $"{Number(ratio.Min)} / {Number(ratio.Median)} / {Number(ratio.Max)}" : "",
            ];
            table.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
        }

        return table.ToString();
    }

    /// <summary>The ratio of ours to the other server, round by round; null where there is none.</summary>
    public static Spread? Ratio(IEnumerable<Sample> row)
    {
        Sample[] all = [.. row];
        double[] ratios =
        [
            .. from ours in all where ours.Server == Ours
               join other in all.Where(sample => sample.Server != Ours) on ours.Round equals other.Round
               where other.Value != 0
               select ours.Value / other.Value,
        ];
        return ratios.Length == 0 ? null : Spread.Of(ratios);
    }

    private static string Median(IEnumerable<Sample> row, string server)
    {
        double[] figures = [.. row.Where(sample => sample.Server == server).Select(sample => sample.Value)];
        return figures.Length == 0 ? "" : Number(Spread.Of(figures).Median);
    }

    private static string Number(double value) => value switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("G2", CultureInfo.InvariantCulture),
    };
}
