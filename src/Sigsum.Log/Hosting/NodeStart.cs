namespace Sigsum.Log.Hosting;

/// <summary>The last step of every start.</summary>
internal static class NodeStart
{
    /// <summary>Starts a node that was put together; one that cannot start is taken down.</summary>
    public static async Task<TNode> RunAsync<TNode>(TNode node, Func<Task> start)
        where TNode : IAsyncDisposable
    {
        try
        {
            await start();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }
}
