using System.Collections.Immutable;

namespace Sigsum.Log.Failover;

/// <summary>One step of a command of failover: what was looked at or done, and what was found.</summary>
/// <param name="Name">A few words.</param>
/// <param name="Finding">One line.</param>
internal sealed record FailoverStep(string Name, string Finding);

/// <summary>What a command of failover did, or would do, in order.</summary>
/// <param name="Changed">Whether anything was changed; false for a dry run, and where all was done before.</param>
/// <param name="Steps">What was proved and done.</param>
/// <param name="LeftToDo">What only the operator can do, one line each.</param>
internal sealed record FailoverReport(
    bool Changed, ImmutableArray<FailoverStep> Steps, ImmutableArray<string> LeftToDo);
