namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>How long a token may take, and where its PIN is when the URI names no file.</summary>
internal sealed record TokenOptions
{
    /// <summary>The values that are used when none are given.</summary>
    public static TokenOptions Default { get; } = new();

    /// <summary>How long the token may take for one signature, opening a session included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock that <see cref="Timeout"/> is measured with.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}
