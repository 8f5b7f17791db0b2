using Sigsum.Tokens;

namespace Sigsum.Client;

/// <summary>How <see cref="Submitter"/> goes about it.</summary>
public sealed record SubmitOptions
{
    /// <summary>The values that are used when none are given.</summary>
    public static SubmitOptions Default { get; } = new();

    /// <summary>The pause after the first question that has to be asked again; doubles each time. Positive.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause, unless the log asks for a longer one. At least <see cref="FirstPause"/>.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The submit token, for logs with rate limits (log.md, section 4).</summary>
    public SubmitTokenHeader? Token { get; init; }

    /// <summary>The clock that pauses are measured with.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
