using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Failover;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Http;

/// <summary>
/// get-secondary-tree-head on a secondary's internal endpoint: what it has stored durably, signed with its own key.
/// A primary that knows size N (<c>If-None-Match: "N"</c>) and would rather wait is answered as soon as there is
/// more, or with 304 when the time is over.
/// </summary>
internal sealed class SecondaryTreeHeadEndpoint(
    ILogStore store, Watermark localSize, ISigner signer, Succession succession, SecondaryRole role, StoreDamage damage,
    EndpointMetrics metrics,
    TimeProvider time, CancellationToken stopping)
{
    /// <summary>The endpoint by its name.</summary>
    public Endpoint Endpoint => new("get-secondary-tree-head", HttpMethods.Get, false, GetAsync, metrics);

    private async Task GetAsync(HttpContext context, PathArguments arguments)
    {
        ThrowIfDamaged();
        var known = ReadKnownSize(context.Request);
        var wait = HoldRequest.Read(context.Request);
        if (wait > TimeSpan.Zero)
        {
            HoldRequest.Applied(context.Response);
            if (known is { } size && size == localSize.Value)
            {
                await HoldAsync(context, size, wait);
            }
        }

        ThrowIfDamaged();
        ThrowUnlessForThePrimary(context);
        var tree = store.TreeHead;
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{tree.Size}\"");
        if (known == tree.Size)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            context.Response.Headers.CacheControl = Answer.NotStored;
            return;
        }

        await HeldTreeHeadEndpoint.AnswerAsync(context, tree, signer);
    }

    /// <summary>
    /// After a promotion only the primary that was promoted is told what is held here: a primary of an earlier epoch, of
    /// whatever software, must not sign on the strength of it. Looked at after the wait, too: that is when it counts.
    /// </summary>
    private void ThrowUnlessForThePrimary(HttpContext context)
    {
        if (role.RevokedBecause is { } reason)
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, $"nothing is acknowledged: {reason}");
        if (succession.Latest is not { } latest)
            return;
        NodeHeaders.Answer(context, succession);
        if (NodeHeaders.Knows(context.Request, latest))
            return;
        throw new RequestRefusedException(
            StatusCodes.Status409Conflict, $"acknowledged only to the primary of epoch {latest.Epoch}");
    }

    private async Task HoldAsync(HttpContext context, ulong size, TimeSpan wait)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, stopping, damage.Known);
        try
        {
            await localSize.WaitAboveAsync(size, wait, time, ended.Token);
        }
        catch (OperationCanceledException) when (damage.Found is not null)
        {
            // Told in the next line of the caller.
        }
    }

    /// <summary>What is damaged is not what was acknowledged; nothing more is.</summary>
    private void ThrowIfDamaged()
    {
        if (damage.Found is not null)
        {
            throw new RequestRefusedException(
                StatusCodes.Status503ServiceUnavailable, "this secondary acknowledges nothing: its store is damaged");
        }
    }

    /// <summary>The size that the client knows. A tag that we never gave matches nothing, and is no error.</summary>
    internal static ulong? ReadKnownSize(HttpRequest request) =>
        request.Headers.IfNoneMatch.ToString() is ['"', .. var digits, '"']
        && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
        && digits == size.ToString(CultureInfo.InvariantCulture)
            ? size
            : null;
}
