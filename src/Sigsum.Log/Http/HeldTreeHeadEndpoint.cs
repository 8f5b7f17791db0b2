using System.Buffers;
using Microsoft.AspNetCore.Http;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Http;

/// <summary>
/// get-held-tree-head on the internal endpoint of a node that is not the log's primary: what it has stored, signed with its
/// own key, for the node of the latest promotion record, which fetches it before it becomes primary. It acknowledges nothing:
/// nobody signs a tree head on the strength of it, so a superseded primary can tell it too.
/// </summary>
/// <param name="store">What is held.</param>
/// <param name="signer">The node's own key.</param>
/// <param name="succession">Who may ask.</param>
/// <param name="unsound">Why what is held is worth nothing; null while it is.</param>
internal sealed class HeldTreeHeadEndpoint(ILogStore store, ISigner signer, Succession succession, Func<string?> unsound)
{
    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("get-held-tree-head", HttpMethods.Get, false, GetAsync);

    private async Task GetAsync(HttpContext context, PathArguments arguments)
    {
        if (unsound() is { } reason)
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, reason);
        if (succession.Latest is not { } latest || !NodeHeaders.Knows(context.Request, latest))
        {
            throw new RequestRefusedException(
                StatusCodes.Status409Conflict, $"told only to the node of the promotion of epoch {succession.Latest?.Epoch ?? 0}");
        }

        await AnswerAsync(context, store.TreeHead, signer);
    }

    /// <summary>Answers with a tree head, signed with the node's own key.</summary>
    public static async Task AnswerAsync(HttpContext context, TreeHead tree, ISigner signer)
    {
        var signed = await SignedTreeHead.SignAsync(tree, signer, context.RequestAborted);
        var body = new ArrayBufferWriter<byte>(256);
        signed.Write(body);
        await Answer.OkAsync(context, Answer.NotStored, body.WrittenMemory);
    }
}
