using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Publication;
using Sigsum.Log.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;

namespace Sigsum.Log.Http;

/// <summary>
/// The four GET endpoints of a log (log.md sections 3.1 to 3.4). Each takes one published snapshot and answers from
/// that alone, so a request never sees a tree that changes under it.
/// </summary>
internal sealed class ReadEndpoints(Publisher publisher, ILogStore store, int maxRange, HttpMetrics metrics)
{
    private const int NodeHashLine = 10 + 64 + 1; // node_hash=<hex>\n

    /// <summary>Leaves of an answer that are in memory at a time: 34 KiB as they are sent.</summary>
    private const int LeavesPerStep = 128;

    /// <summary>The endpoints by their names.</summary>
    public IEnumerable<Endpoint> All =>
    [
        new("get-tree-head", HttpMethods.Get, false, GetTreeHeadAsync,
            metrics.Endpoint(EndpointNames.GetTreeHead)),
        new("get-inclusion-proof", HttpMethods.Get, true, GetInclusionProofAsync,
            metrics.Endpoint(EndpointNames.GetInclusionProof)),
        new("get-consistency-proof", HttpMethods.Get, true, GetConsistencyProofAsync,
            metrics.Endpoint(EndpointNames.GetConsistencyProof)),
        new("get-leaves", HttpMethods.Get, true, GetLeavesAsync,
            metrics.Endpoint(EndpointNames.GetLeaves)),
    ];

    private Task GetTreeHeadAsync(HttpContext context, PathArguments arguments) =>
        Answer.OkAsync(context, Answer.Changing, Published().Body);

    private async Task GetInclusionProofAsync(HttpContext context, PathArguments arguments)
    {
        arguments.ReadTwo(out var size, out var hash, "get-inclusion-proof/<size>/<leaf_hash>");
        var request = InclusionProofRequest.Parse(size, hash);
        var published = Published();
        if (request.Size < 2)
            throw BadRequest($"size {request.Size} must be at least 2");
        if (request.Size > published.Size)
            throw BadRequest($"size {request.Size} is beyond the published tree of size {published.Size}");
        if (store.FindLeaf(request.LeafHash) is not { } index || index >= request.Size)
            throw new RequestRefusedException(StatusCodes.Status404NotFound, "no such leaf in a tree of that size");

        var proof = ProofBuilder.Inclusion(index, request.Size, store);
        var length = "leaf_index=\n".Length + Digits(index) + NodeHashLine * proof.Path.Length;
        Answer.Begin(context, Answer.Immutable, length);
        proof.Write(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task GetConsistencyProofAsync(HttpContext context, PathArguments arguments)
    {
        arguments.ReadTwo(out var oldSize, out var newSize, "get-consistency-proof/<old_size>/<new_size>");
        var request = ConsistencyProofRequest.Parse(oldSize, newSize);
        var published = Published();
        if (request.OldSize < 1)
            throw BadRequest("old_size must be at least 1");
        if (request.NewSize <= request.OldSize)
            throw BadRequest($"new_size {request.NewSize} must be larger than old_size {request.OldSize}");
        if (request.NewSize > published.Size)
            throw BadRequest($"new_size {request.NewSize} is beyond the published tree of size {published.Size}");

        var proof = ProofBuilder.Consistency(request.OldSize, request.NewSize, store);
        Answer.Begin(context, Answer.Immutable, NodeHashLine * proof.Path.Length);
        proof.Write(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private Task GetLeavesAsync(HttpContext context, PathArguments arguments)
    {
        arguments.ReadTwo(out var start, out var end, "get-leaves/<start_index>/<end_index>");
        var range = LeavesRange.Parse(start, end);
        var published = Published();
        if (range.Start >= range.End)
            throw BadRequest($"start_index {range.Start} must be less than end_index {range.End}");
        if (range.End > published.Size)
            throw BadRequest($"end_index {range.End} is beyond the published tree of size {published.Size}");
        var count = (int)Math.Min(range.End - range.Start, (ulong)maxRange);
        Answer.Begin(context, Answer.Immutable, LeafList.LineSize * count);
        return WriteLeavesAsync(context, store, range.Start, count);
    }

    /// <summary>Writes the body of a get-leaves answer.</summary>
    internal static async Task WriteLeavesAsync(HttpContext context, ILogStore store, ulong start, int count)
    {
        var leaves = ArrayPool<Leaf>.Shared.Rent(Math.Min(count, LeavesPerStep));
        try
        {
            for (var done = 0; done < count;)
            {
                var step = leaves.AsMemory(0, Math.Min(count - done, LeavesPerStep));
                store.ReadLeaves(start + (ulong)done, step.Span);
                LeafList.Write(context.Response.BodyWriter, step.Span);
                // Goes on when the client has read enough of it: one that reads nothing holds one step, not all.
                var flushed = await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                if (flushed.IsCompleted)
                {
                    context.Abort(); // nobody is there any more: that the rest is missing is no mistake of ours
                    return;
                }

                done += step.Length;
            }
        }
        finally
        {
            ArrayPool<Leaf>.Shared.Return(leaves);
        }
    }

    private PublishedTree Published() => publisher.Shown
        ?? throw new RequestRefusedException(
            StatusCodes.Status503ServiceUnavailable, "no tree head is published yet, try again");

    private static int Digits(ulong value) => value.ToString(CultureInfo.InvariantCulture).Length;

    private static RequestRefusedException BadRequest(string message) =>
        new(StatusCodes.Status400BadRequest, message);
}
