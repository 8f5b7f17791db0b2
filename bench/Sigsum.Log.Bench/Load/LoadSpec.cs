namespace Sigsum.Log.Bench.Load;

/// <summary>How a load is run.</summary>
/// <param name="Url">The server.</param>
/// <param name="Connections">How many connections ask at a time.</param>
/// <param name="WarmUp">Time before anything is counted.</param>
/// <param name="Duration">Time that is counted.</param>
/// <param name="Processor">What processor time the server has used so far.</param>
internal sealed record LoadSpec(
    Uri Url, int Connections, TimeSpan WarmUp, TimeSpan Duration, Func<TimeSpan> Processor);

/// <summary>What a run took.</summary>
/// <param name="Counted">The time in which answers were counted.</param>
/// <param name="Processor">Processor time that the server used in it.</param>
internal sealed record LoadTime(TimeSpan Counted, TimeSpan Processor);
