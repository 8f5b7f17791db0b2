using Sigsum.Log.Diagnostics.Exposition;

namespace Sigsum.Log.Diagnostics;

/// <summary>What the node is, and whether it is well: role, conditions, lost log lines.</summary>
internal sealed class NodeStateMetrics
{
    private volatile string? _info;
    private volatile NodeHealth? _health;
    private volatile Func<long>? _droppedLines;
    private volatile Tuple<Func<DateTimeOffset>, Func<long>>? _internalTls;

    /// <summary>Says what this node is; call again when its role changes. Role and tree type in lower case.</summary>
    public void SetInfo(string role, string treeType, string nodeId, string version) =>
        _info = Labels.Render(["role", "tree_type", "node_id", "version"], [role, treeType, nodeId, version]);

    /// <summary>Shows the conditions of <paramref name="health"/> at each scrape.</summary>
    public void ObserveHealth(NodeHealth health) => _health = health;

    /// <summary>Tells where to read how many log lines were dropped.</summary>
    public void ObserveDroppedLogLines(Func<long> count) => _droppedLines = count;

    /// <summary>Tells where to read until when the certificates between nodes are good, and how many were refused.</summary>
    public void ObserveInternalTls(Func<DateTimeOffset> notAfter, Func<long> refused) =>
        _internalTls = new(notAfter, refused);

    public void Write(ExpositionWriter writer)
    {
        if (_info is { } info)
        {
            writer.Family("sigsum_log_node_info", "gauge", "what this node is; the value is always 1");
            writer.Sample("sigsum_log_node_info", info, 1);
        }
        if (_health is { } health)
        {
            writer.Family("sigsum_log_ready", "gauge", "whether the node can do its whole job (1) or not (0)");
            writer.Sample("sigsum_log_ready", "", health.Readiness().Ok ? 1 : 0);
            IReadOnlyList<ConditionState> conditions = health.Conditions();
            if (conditions.Count > 0)
                writer.Family("sigsum_log_condition", "gauge", "whether a condition is met (1) or not (0)");
            foreach (ConditionState condition in conditions)
            {
                writer.Sample("sigsum_log_condition",
                    Labels.Render(["condition", "required"], [condition.Name, condition.Required ? "true" : "false"]),
                    condition.Ok ? 1 : 0);
            }
        }
        if (_droppedLines is { } dropped)
        {
            writer.Family("sigsum_log_dropped_log_lines_total", "counter", "log lines lost to a slow or failing sink");
            writer.Sample("sigsum_log_dropped_log_lines_total", "", dropped());
        }
        if (_internalTls is { } tls)
        {
            writer.Family("sigsum_log_internal_tls_not_after_seconds", "gauge",
                "when the certificates between nodes expire, in seconds since 1970");
            writer.Sample("sigsum_log_internal_tls_not_after_seconds", "", tls.Item1().ToUnixTimeSeconds());
            writer.Family("sigsum_log_internal_tls_refused_total", "counter",
                "connections to the internal endpoint refused for their certificate, or for having none");
            writer.Sample("sigsum_log_internal_tls_refused_total", "", tls.Item2());
        }
    }
}
