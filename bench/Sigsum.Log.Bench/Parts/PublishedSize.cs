using Sigsum.Client;
using Sigsum.Testing;

namespace Sigsum.Log.Bench.Parts;

/// <summary>Waits for what a log publishes.</summary>
internal static class PublishedSize
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task WaitAsync(Uri url, ulong size, CancellationToken cancellation)
    {
        using HttpClient http = new();
        LogClient client = new(http, url);
        await Eventually.UntilAsync($"size {size} to be published", Limit, async token =>
        {
            try
            {
                return (await client.GetTreeHeadAsync(token)).SignedTreeHead.TreeHead.Size >= size;
            }
            catch (LogClientException)
            {
                return false; // nothing is shown yet
            }
        }, cancellation);
    }
}
