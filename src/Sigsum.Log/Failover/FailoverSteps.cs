using System.Collections.Immutable;

namespace Sigsum.Log.Failover;

/// <summary>The steps that a command of failover has made so far, in order; its parts share it.</summary>
internal sealed class FailoverSteps
{
    private readonly List<FailoverStep> _steps = [];

    /// <summary>All of them.</summary>
    public ImmutableArray<FailoverStep> All => [.. _steps];

    /// <summary>Notes one.</summary>
    public void Add(string name, string finding) => _steps.Add(new FailoverStep(name, finding));
}
