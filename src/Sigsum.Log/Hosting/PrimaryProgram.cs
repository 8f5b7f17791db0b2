namespace Sigsum.Log.Hosting;

/// <summary>The primary as a process: from validated options to an exit code.</summary>
internal static class PrimaryProgram
{
    /// <summary>Runs until cancelled (SIGTERM) or until the node fails.</summary>
    /// <returns>0 after a clean stop, 1 when the node could not start or had to stop.</returns>
    public static Task<int> RunAsync(PrimaryOptions options, CancellationToken stop) =>
        NodeProgram.RunAsync(options.Node, async (services, cancellationToken) =>
        {
            var node = await PrimaryNode.StartAsync(options, services, cancellationToken);
            return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
        }, stop);
}

/// <summary>The secondary as a process: from validated options to an exit code.</summary>
internal static class SecondaryProgram
{
    /// <inheritdoc cref="PrimaryProgram.RunAsync"/>
    public static Task<int> RunAsync(SecondaryOptions options, CancellationToken stop) =>
        NodeProgram.RunAsync(options.Node, async (services, cancellationToken) =>
        {
            var node = await SecondaryNode.StartAsync(options, services, cancellationToken);
            return new RunningNode(node, node.Completion, node.StopAsync, node.Reload);
        }, stop);
}
