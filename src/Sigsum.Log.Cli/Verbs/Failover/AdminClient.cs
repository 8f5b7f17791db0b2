using System.Net;
using System.Net.Sockets;
using System.Text;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;

namespace Sigsum.Log.Cli.Verbs.Failover;

/// <summary>Talks to a node that runs, over the socket in its data directory.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _path;

    private AdminClient(string path)
    {
        _path = path;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    /// <summary>The node that lives in a directory; null where none runs.</summary>
    public static async Task<AdminClient?> TryConnectAsync(string dataDir, CancellationToken cancellationToken)
    {
        var path = AdminListener.PathFor(dataDir);
        if (!File.Exists(path))
            return null;
        var client = new AdminClient(path);
        try
        {
            (await client._http.GetAsync(new Uri("get-status", UriKind.Relative), cancellationToken)).EnsureSuccessStatusCode();
            return client;
        }
        catch (HttpRequestException)
        {
            client.Dispose();
            return null;
        }
    }

    /// <summary>What the node says of itself.</summary>
    /// <exception cref="FailoverException">It has gone away.</exception>
    public async Task<NodeStatus> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return NodeStatus.Parse(await _http.GetByteArrayAsync(new Uri("get-status", UriKind.Relative), cancellationToken));
        }
        catch (HttpRequestException error)
        {
            throw WentAway(error);
        }
    }

    /// <summary>Has the node do something.</summary>
    /// <returns>What it answers.</returns>
    /// <exception cref="FailoverException">It refuses.</exception>
    public async Task<string> DoAsync(string what, string argument, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(argument));
        try
        {
            using var answer = await _http.PostAsync(new Uri(what, UriKind.Relative), content, cancellationToken);
            var text = (await answer.Content.ReadAsStringAsync(cancellationToken)).Trim();
            return answer.StatusCode == HttpStatusCode.OK ? text : throw new FailoverException(text);
        }
        catch (HttpRequestException error)
        {
            throw WentAway(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private FailoverException WentAway(HttpRequestException error) => new($"the node at {_path} went away: {error.Message}");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
