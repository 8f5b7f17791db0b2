using System.Collections.Concurrent;

namespace Sigsum.Log.Diagnostics.Exposition;

/// <summary>
/// The series of one metric by label values. A series is made at its first use and stays; callers on a hot path keep
/// the series instead of looking it up. Label values come from the node's own configuration, never from a client,
/// which is what bounds the number of series.
/// </summary>
internal sealed class Family<TSeries>(
    string name, string type, string help, string[] labelNames, Func<string, TSeries> make)
    where TSeries : class
{
    private readonly ConcurrentDictionary<string, TSeries> _series = new(StringComparer.Ordinal);

    /// <summary>The series with these label values; <c>make</c> gets its rendered labels.</summary>
    public TSeries With(params string[] labelValues) =>
        _series.GetOrAdd(Labels.Render(labelNames, labelValues), make);

    /// <summary>All series, in the order of their labels.</summary>
    public IEnumerable<TSeries> Series =>
        _series.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value);

    /// <summary>Writes the family in the order of its labels; a family without series leaves nothing behind.</summary>
    public void Write(ExpositionWriter writer, Action<ExpositionWriter, string, string, TSeries> sample)
    {
        if (_series.IsEmpty)
            return;
        writer.Family(name, type, help);
        foreach (KeyValuePair<string, TSeries> entry in _series.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            sample(writer, name, entry.Key, entry.Value);
    }
}
