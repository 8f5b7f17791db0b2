using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Http;

/// <summary>
/// The feed of a node: get-leaves on the internal endpoint, up to the local size (not the published one), 404 at the
/// end of the tree. Held while there is nothing, where the follower asks for that; each answer names the tree that
/// its leaves lead to, so that the follower can compare before it stores.
/// </summary>
internal sealed class FeedEndpoint(
    ILogStore store, Watermark localSize, StoreDamage damage, int maxRange, TimeProvider time,
    CancellationToken stopping)
{
    /// <summary>Leaves in one answer to a follower that waits, which is one of ours.</summary>
    public const int MaxBatch = LeafCopier.BatchSize;

    private const string TreeHeader = "Sigsum-Node-Tree";

    /// <summary>The endpoint by its name. Not measured, as in log-go, where the label is that of the public one.</summary>
    public Endpoint Endpoint => new("get-leaves", HttpMethods.Get, true, GetLeavesAsync);

    /// <summary>
    /// The same for the node that is promoted. A node that may have leaves beyond those of the log gives them by this name
    /// only: whoever follows the log does not ask for it.
    /// </summary>
    public Endpoint Held => new("get-held-leaves", HttpMethods.Get, true, GetLeavesAsync);

    private async Task GetLeavesAsync(HttpContext context, PathArguments arguments)
    {
        var range = Parse(arguments);
        var wait = HoldRequest.Read(context.Request);
        if (wait > TimeSpan.Zero)
        {
            HoldRequest.Applied(context.Response);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await localSize.WaitAboveAsync(range.Start, wait, time, ended.Token);
        }

        if (damage.Found is not null)
        {
            throw new RequestRefusedException(
                StatusCodes.Status503ServiceUnavailable, "this node gives no leaves: its store is damaged");
        }

        var tree = store.TreeHead;
        if (range.Start > tree.Size)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest,
                $"start_index {range.Start} is beyond the local tree of size {tree.Size}");
        }

        var available = Math.Min(range.End, tree.Size) - range.Start;
        var count = (int)Math.Min(available, (ulong)(wait > TimeSpan.Zero ? MaxBatch : maxRange));
        if (count == 0)
        {
            await Answer.ErrorAsync(context, StatusCodes.Status404NotFound, "at end of tree");
            return;
        }

        var end = range.Start + (ulong)count;
        var root = end == tree.Size ? tree.RootHash : ProofBuilder.Root(end, store);
        context.Response.Headers[TreeHeader] = string.Create(CultureInfo.InvariantCulture, $"{end} {root}");
        Answer.Begin(context, Answer.NotStored, (long)LeafList.LineSize * count);
        await ReadEndpoints.WriteLeavesAsync(context, store, range.Start, count);
    }

    private static LeavesRange Parse(PathArguments arguments)
    {
        arguments.ReadTwo(out var start, out var end, "get-leaves/<start_index>/<end_index>");
        var range = LeavesRange.Parse(start, end);
        return range.Start < range.End
            ? range
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest,
                $"start_index {range.Start} must be less than end_index {range.End}");
    }
}
