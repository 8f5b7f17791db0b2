namespace Sigsum.Client.Tests;

/// <summary>What the tests of clients share.</summary>
public abstract class ClientTest : IDisposable
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected HttpClient Http { get; } = SigsumHttp.CreateForNodes();

    public void Dispose()
    {
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected LogClient Log(RawServer server, ClientOptions? options = null) => new(Http, server.Url, options);

    protected static async Task<LogClientException> FailureAsync(Func<Task> work) =>
        await Assert.ThrowsAsync<LogClientException>(() => work().WaitAsync(TimeSpan.FromSeconds(30), Cancel));
}
