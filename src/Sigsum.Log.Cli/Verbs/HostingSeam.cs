using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Verbs;

/// <summary>Stands in for hosting's program of the same name until that is there.</summary>
internal static class PrimaryProgram
{
    /// <summary>Says that it cannot.</summary>
    public static async Task<int> RunAsync(PrimaryOptions options, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"cannot start with {options.Node.KeyFile} yet").ConfigureAwait(false);
        return 1;
    }
}

/// <summary>Stands in for hosting's program of the same name until that is there.</summary>
internal static class SecondaryProgram
{
    /// <summary>Says that it cannot.</summary>
    public static async Task<int> RunAsync(SecondaryOptions options, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"cannot start with {options.Node.KeyFile} yet").ConfigureAwait(false);
        return 1;
    }
}
