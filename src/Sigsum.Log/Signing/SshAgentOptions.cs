namespace Sigsum.Log.Signing;

/// <summary>Where the ssh-agent is, and how long it may take.</summary>
internal sealed record SshAgentOptions
{
    /// <summary>The environment variable that names the agent's socket.</summary>
    public const string SocketVariable = "SSH_AUTH_SOCK";

    /// <summary>The values that are used when none are given.</summary>
    public static SshAgentOptions Default { get; } = new();

    /// <summary>Path of the agent's socket; null for the one that <see cref="SocketVariable"/> names.</summary>
    public string? SocketPath { get; init; }

    /// <summary>How long the agent may take for one signature, connecting included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock that <see cref="Timeout"/> is measured with.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
