namespace Sigsum.Client;

/// <summary>What the clients of this library have in common.</summary>
public sealed record ClientOptions
{
    /// <summary>The values that are used when none are given.</summary>
    public static ClientOptions Default { get; } = new();

    /// <summary>
    /// How long one request may take from its start to the last byte of the answer. A request that asks the other side
    /// to hold its answer may take that much longer. Must be positive.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The value of the header <c>User-Agent</c>.</summary>
    public string UserAgent { get; init; } = "sigsum-dotnet";

    /// <summary>The clock that time limits are measured with.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
