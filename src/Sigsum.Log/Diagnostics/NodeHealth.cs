using System.Text;
using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Diagnostics;

/// <summary>One condition at one moment; <paramref name="Reason"/> is empty while it is met.</summary>
internal sealed record ConditionState(string Name, bool Required, bool Ok, string Reason);

/// <summary>An answer for a probe: <paramref name="Text"/> ends in a newline.</summary>
internal sealed record HealthReport(bool Ok, string Text)
{
    /// <summary>200, or 503 while something is wrong.</summary>
    public int StatusCode => Ok ? 200 : 503;
}

/// <summary>
/// Whether the node can do its job, and why not. Each part registers named conditions and keeps them up to date;
/// readiness is that all required ones are met. Liveness is that none of the watched tasks has ended. Thread-safe.
/// </summary>
internal sealed partial class NodeHealth(ILogger<NodeHealth> logger)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, HealthCondition> _conditions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Task> _tasks = new(StringComparer.Ordinal);

    /// <summary>
    /// Adds a condition, not met for <paramref name="reason"/> until its owner says otherwise. One that is not
    /// required shows in the answers without making the node unready.
    /// </summary>
    /// <exception cref="ArgumentException">The name is taken: two owners of one condition would overrule each other.
    /// </exception>
    public HealthCondition Register(string name, bool required = true, string reason = "not started")
    {
        var condition = new HealthCondition(name, required, reason, OnChanged);
        lock (_gate)
            _conditions.Add(name, condition);
        return condition;
    }

    /// <summary>The process is no longer live once this task has ended, for whatever reason.</summary>
    public void Watch(string name, Task task)
    {
        lock (_gate)
            _tasks.Add(name, task);
    }

    /// <summary>All conditions by name.</summary>
    public IReadOnlyList<ConditionState> Conditions()
    {
        lock (_gate)
            return [.. _conditions.Values.Select(condition => condition.State)];
    }

    /// <summary>For <c>/readyz</c>: "ok", or a line per condition that is not met.</summary>
    public HealthReport Readiness()
    {
        IReadOnlyList<ConditionState> conditions = Conditions();
        bool ok = conditions.All(condition => condition.Ok || !condition.Required);
        var text = new StringBuilder(ok ? "ok\n" : "");
        foreach (ConditionState condition in conditions.Where(condition => !condition.Ok))
        {
            string note = condition.Required ? "" : " (not required)";
            text.Append(condition.Name).Append(note).Append(": ").Append(condition.Reason).Append('\n');
        }
        return new HealthReport(ok, text.ToString());
    }

    /// <summary>For <c>/healthz</c>: "ok", or a line per watched task that has ended.</summary>
    public HealthReport Liveness()
    {
        KeyValuePair<string, Task>[] ended;
        lock (_gate)
            ended = [.. _tasks.Where(entry => entry.Value.IsCompleted)];
        return ended.Length == 0
            ? new HealthReport(true, "ok\n")
            : new HealthReport(false, string.Concat(ended.Select(entry => $"{entry.Key}: has ended\n")));
    }

    private void OnChanged(ConditionState state)
    {
        if (state.Ok)
            LogMet(logger, state.Name);
        else
            LogNotMet(logger, state.Name, state.Reason);
    }

    [LoggerMessage(EventName = "ConditionMet", Level = LogLevel.Information, Message = "{Condition} is ok")]
    private static partial void LogMet(ILogger logger, string condition);

    [LoggerMessage(EventName = "ConditionNotMet", Level = LogLevel.Warning, Message = "{Condition}: {Reason}")]
    private static partial void LogNotMet(ILogger logger, string condition, string reason);
}
