using Sigsum.Client;

namespace Sigsum.Log.Failover;

/// <summary>
/// Greets with each request to another node, and takes note of the promotion record that the answer brings, whatever else
/// the request was about: no contact between nodes passes without it.
/// </summary>
internal sealed class GreetingHandler(Succession succession, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation(NodeClient.NodeHeader, succession.Greeting.ToString());
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Headers.NonValidated.TryGetValues(NodeClient.PromotionHeader, out var values)
            && NodeClient.TryReadPromotion(values.ToString()) is { } record)
        {
            succession.Learn(record);
        }

        return response;
    }
}
