using System.Text.Json;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests.Commands;

/// <summary>Runs commands of the program, as scripts do.</summary>
internal static class CommandRun
{
    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["SIGSUM_LOGSERVER_CONFIG"] = "",
        ["SSH_AUTH_SOCK"] = null,
    };

    /// <summary>Runs a command, which may be two words.</summary>
    public static Task<ProgramResult> RunAsync(string command, params string[] options) => ProgramProcess.RunAsync(
        SigsumLog.Executable, [.. command.Split(' '), .. options], TestContext.Current.CancellationToken, environment: Environment,
        timeout: TimeSpan.FromMinutes(3));

    /// <summary>Runs a command with --json that succeeds; what it prints must be one document that fits the manual.</summary>
    public static Task<JsonElement> JsonAsync(string command, params string[] options) => JsonAsync(command, 0, options);

    /// <summary>As before, for a command that has a result and ends with another exit code.</summary>
    public static async Task<JsonElement> JsonAsync(string command, int exitCode, params string[] options)
    {
        var result = await RunAsync(command, [.. options, "--json"]);
        Assert.True(result.ExitCode == exitCode, result.ToString());
        var printed = Parse(result);
        JsonManual.Check(command, printed);
        return printed;
    }

    /// <summary>Runs a command with --json that has no result.</summary>
    /// <returns>Why not.</returns>
    public static async Task<string> ErrorAsync(string error, int exitCode, string command, params string[] options)
    {
        var result = await RunAsync(command, [.. options, "--json"]);
        Assert.True(result.ExitCode == exitCode, result.ToString());
        var printed = Parse(result);
        JsonManual.Check(JsonManual.Errors, printed);
        Assert.Equal(error, printed.GetProperty("error").GetString());
        var messages = printed.GetProperty("messages").EnumerateArray().Select(message => message.GetString()!).ToList();
        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.Contains(message, result.Error, StringComparison.Ordinal));
        return string.Join('\n', messages);
    }

    /// <summary>Runs a command with --json that refuses.</summary>
    public static Task<string> RefusalAsync(string command, params string[] options) =>
        ErrorAsync("refused", 1, command, options);

    private static JsonElement Parse(ProgramResult result)
    {
        Assert.EndsWith("}\n", result.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(result.Output); // Throws on anything before or after it.
        return document.RootElement.Clone();
    }
}
