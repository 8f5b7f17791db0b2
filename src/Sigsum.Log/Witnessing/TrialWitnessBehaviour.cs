using System.Net;

namespace Sigsum.Log.Witnessing;

/// <summary>How a <see cref="TrialWitness"/> misbehaves, to try out what a log does then.</summary>
internal sealed record TrialWitnessBehaviour
{
    /// <summary>Does what the specification says, at once.</summary>
    public static TrialWitnessBehaviour Honest { get; } = new();

    /// <summary>Answers every request with this status, and does nothing else.</summary>
    public HttpStatusCode? FailWith { get; init; }

    /// <summary>Closes the connection instead of answering.</summary>
    public bool HangUp { get; init; }

    /// <summary>Keeps the checkpoint as one that it has cosigned, then hangs up without an answer.</summary>
    public bool LoseAnswer { get; init; }

    /// <summary>Is awaited before a request is looked at; ends when the client goes away.</summary>
    public Func<CancellationToken, Task>? Delay { get; init; }

    /// <summary>Answers with a cosignature that does not verify.</summary>
    public bool Lie { get; init; }
}
