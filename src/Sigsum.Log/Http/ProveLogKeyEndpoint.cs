using System.Text;
using Microsoft.AspNetCore.Http;
using Sigsum.Log.Signing;

namespace Sigsum.Log.Http;

/// <summary>
/// prove-log-key on the internal endpoint of a secondary that may take over: signs what was sent, in the namespace of test
/// signatures, with the log's key, so that its primary knows before it hands over. The key is opened for this alone.
/// </summary>
/// <param name="keyFile">The log's key; null on a node that has none.</param>
internal sealed class ProveLogKeyEndpoint(string? keyFile)
{
    private const int MaxBody = 64;

    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("prove-log-key", HttpMethods.Post, false, ProveAsync);

    private async Task ProveAsync(HttpContext context, PathArguments arguments)
    {
        var nonce = await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted);
        if (keyFile is null)
            throw new RequestRefusedException(StatusCodes.Status409Conflict, "this node does not have the log's key");
        try
        {
            using var key = await KeyFile.OpenAsync(keyFile, null, context.RequestAborted);
            var signature = await key.Signer.SignAsync(TestSignature.MessageFor(nonce.Span), context.RequestAborted);
            await Answer.OkAsync(context, Answer.NotStored, Encoding.ASCII.GetBytes(signature.ToString() + "\n"));
        }
        catch (Exception error) when (error is KeyFileException or SignerException)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, "this node cannot use the log's key now");
        }
    }
}
