using System.Globalization;
using System.Net;
using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests.Behaviour;

/// <summary>Two logs that differ in nothing but the implementation: same key, same five leaves in the same order.</summary>
public sealed class BehaviourLogs : IAsyncLifetime
{
    private const int LeafCount = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _keys = new();
    private readonly Dictionary<ServerKind, LogInstance> _logs = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private BehaviourInputs? _inputs;

    internal BehaviourInputs Inputs => _inputs ?? throw new InvalidOperationException("The logs are not there.");

    public async ValueTask InitializeAsync()
    {
        if (PeerPrograms.SkipReason is not null)
            return; // each test says so
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PeerPrograms peers = await PeerPrograms.RequireAsync(cancellation);
        TestKey logKey = await TestKey.GenerateAsync(peers, _keys, "log", cancellation);
        TestKey submitter = await TestKey.GenerateAsync(peers, _keys, "submitter", cancellation);
        string[] options = ["--max-range=4"];
        foreach (ServerKind kind in (ServerKind[])[ServerKind.LogGo, ServerKind.Ours])
        {
            LogSetup setup = new() { Primary = kind, Secondary = kind, UrlPrefix = "log", PrimaryArguments = [.. options] };
            _logs[kind] = await LogInstance.StartAsync(peers, setup, cancellation, logKey);
        }

        SigsumTools tools = new(peers, _logs[ServerKind.LogGo]);
        List<string> requests = [];
        List<string> hashes = [];
        for (int i = 0; i < LeafCount; i++)
        {
            string message = string.Create(CultureInfo.InvariantCulture, $"message {i}\n");
            requests.Add(await tools.MakeRequestAsync(submitter, message, cancellation));
            hashes.Add(await tools.LeafHashAsync(submitter, message, cancellation));
        }

        _inputs = new(requests, await tools.MakeRequestAsync(submitter, "never logged\n", cancellation), hashes);
        await Task.WhenAll(_logs.Values.Select(log => FillAsync(log, cancellation)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LogInstance log in _logs.Values)
            await log.DisposeAsync();
        _http.Dispose();
        _keys.Dispose();
    }

    internal async Task<BehaviourAnswer> AskAsync(ServerKind kind, BehaviourRow row, CancellationToken cancellation)
    {
        LogInstance log = _logs[kind];
        Uri root = row.Listener switch
        {
            Listener.PrimaryExternal => log.Primary.Url,
            Listener.PrimaryInternal => log.Primary.InternalUrl,
            Listener.SecondaryExternal => log.Secondary.Url,
            _ => log.Secondary.InternalUrl,
        };
        string path = row.Path;
        for (int i = 0; i < LeafCount; i++)
        {
            path = path.Replace($"{{leaf{i}}}", Inputs.LeafHashes[i], StringComparison.Ordinal)
                .Replace($"{{LEAF{i}}}", Inputs.LeafHashes[i].ToUpperInvariant(), StringComparison.Ordinal);
        }

        // A connection of its own: what is compared is the answer to this request, whatever a server made of the one
        // before, or of an idle connection.
        using HttpRequestMessage request = new(new HttpMethod(row.Method), new Uri(root, path)) { Headers = { ConnectionClose = true } };
        if (row.Body is not null)
            request.Content = new StringContent(row.Body(Inputs));
        if (row.Header is var (name, value))
            request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
        return new BehaviourAnswer(
            (int)response.StatusCode,
            string.Join(", ", response.Content.Headers.Allow.Order(StringComparer.Ordinal)),
            response.Headers.Location is { } location ? new Uri(root, location).AbsolutePath : null,
            response.Content.Headers.ContentType?.ToString(),
            await response.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Adds the leaves one after the other, then waits until the log publishes them all.</summary>
    private async Task FillAsync(LogInstance log, CancellationToken cancellation)
    {
        Uri url = new(log.Primary.Url, "log/");
        foreach (string body in Inputs.Requests)
        {
            using StringContent content = new(body);
            using HttpResponseMessage response = await _http.PostAsync(new Uri(url, "add-leaf"), content, cancellation);
            Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Accepted]);
        }

        await Eventually.UntilAsync(
            "the five leaves to be published",
            Limit,
            async token => (await _http.GetStringAsync(new Uri(url, "get-tree-head"), token))
                .StartsWith("size=5\n", StringComparison.Ordinal),
            cancellation);
    }
}
