using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sigsum.Client;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>
/// What nodes and operators ask of a node, asked at the port that is for the world: it is not there, however it is spelled,
/// and nothing of it happens, even when it is signed with the log's own key.
/// </summary>
public sealed class OutsideTests
{
    private static readonly string[] Calls =
    [
        "get-secondary-tree-head", "add-promotion", "add-roster", "add-published-head", "prove-log-key", "get-status",
        "freeze", "unfreeze", "hand-over", "metrics", "healthz", "readyz", "admin/socket",
    ];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "post", "X"];

    /// <summary>Targets that some server takes for <c>/CALL</c>. Of the ports, one is the internal one.</summary>
    private static readonly string[] Spellings =
    [
        "/CALL", "//CALL", "///CALL", "/./CALL", "/x/../CALL", "/../CALL", "/%2e/CALL", "/%2e%2e/CALL", "/x/%2e%2e/CALL",
        "/x/..%2fCALL", "/%2fCALL", "/%252fCALL", "/x/..;/CALL", "/;/CALL", "/\\CALL", "/%5cCALL", "/CALL/", "/CALL//",
        "/CALL/x/y", "/CALL?x", "/CALL?/get-tree-head", "/CALL%3f", "/CALL%20", "/CALL%00", "/CALL;x", "/CALL.", "/CALL.txt",
        "/CALL%2f", "/internal/CALL", "/admin/CALL", "/log/CALL", "/api/CALL", "/get-tree-head/../CALL", "/get-tree-head/CALL",
        "/get-tree-head;/CALL", "/UPPER", "/ENCODED", "http://h/CALL", "http://h//CALL", "http://h:INTERNAL/CALL",
        "http://localhost:INTERNAL/CALL", "CALL", "*/CALL",
    ];

    private static readonly string[] Hosts = ["h", "localhost:INTERNAL", "127.0.0.1", ""];

    [Fact]
    public async Task Calls_of_nodes_and_operators_are_not_there_for_the_world()
    {
        await using TestLog log = new();
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        PromotionRecord promotion = await PromotionRecord.SignAsync(
            1, Guid.NewGuid(), null, TreeHead.Empty, DateTimeOffset.UnixEpoch, log.LogKey, TestLog.Cancel);
        Roster roster = await Roster.SignAsync(
            0, 1_000_000, log.Primary!.Status().NodeId, 0, [], log.LogKey, TestLog.Cancel);

        List<string> answered = [];
        foreach (Uri outside in (Uri[])[log.ExternalUrl, log.SecondaryExternalUrl])
        {
            using Caller caller = new(outside);
            foreach (string request in Requests(log.PrimaryInternalUrl.Port, promotion.ToBytes(), roster.ToBytes()))
            {
                string status = await caller.AskAsync(request);
                if (status is not ("400" or "404" or "405"))
                    answered.Add($"{outside} {request.Split('\r')[0]} -> {status}");
            }
        }

        Assert.Empty(answered);
        foreach (var status in new[] { log.Primary!.Status(), log.Secondary!.Status() })
        {
            Assert.Equal(0UL, status.Epoch);
            Assert.Equal(StoreFormat.TreeStateName(TreeState.Active), status.TreeState);
            Assert.NotEqual("0.1000000", status.Roster);
        }

        await log.CommitAsync(1);
        // The same bytes are taken where they belong: it was the port that kept them out.
        NodeClient inside = new(log.Http, log.SecondaryInternalUrl);
        Assert.Equal(HttpStatusCode.OK, (await inside.AddRosterAsync(roster, TestLog.Cancel)).Status);
        Assert.Equal(HttpStatusCode.OK, (await inside.AddPromotionAsync(promotion, TestLog.Cancel)).Status);
    }

    [Fact]
    public async Task A_plain_call_of_a_node_is_404_for_the_world_by_every_method()
    {
        await using TestLog log = new();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        using Caller caller = new(log.ExternalUrl);
        foreach (string call in Calls)
        {
            foreach (string method in Methods)
                Assert.Equal("404", await caller.AskAsync($"{method} /{call} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"));
        }
    }

    private static IEnumerable<string> Requests(int internalPort, byte[] promotion, byte[] roster)
    {
        foreach (string call in Calls)
        {
            string body = call switch
            {
                "add-promotion" => Encoding.ASCII.GetString(promotion),
                "add-roster" => Encoding.ASCII.GetString(roster),
                _ => "",
            };
            foreach (string method in (string[])["GET", "POST"])
            {
                foreach (string spelling in Spellings)
                {
                    foreach (string host in Hosts)
                    {
                        string target = spelling.Replace("CALL", call, StringComparison.Ordinal)
                            .Replace("UPPER", call.ToUpperInvariant(), StringComparison.Ordinal)
                            .Replace("ENCODED", Encoded(call), StringComparison.Ordinal);
                        yield return ($"{method} {target} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {host}\r\n"
                            + $"X-Original-URL: /{call}\r\nX-HTTP-Method-Override: POST\r\nContent-Length: {body.Length}\r\n\r\n{body}")
                            .Replace("INTERNAL", $"{internalPort}", StringComparison.Ordinal);
                    }
                }
            }
        }
    }

    private static string Encoded(string call) => string.Concat(call.Select(c => $"%{(int)c:x2}"));

    /// <summary>Sends requests as they are, on a connection that is opened again whenever the node has closed it.</summary>
    private sealed class Caller(Uri url) : IDisposable
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private Socket? _socket;

        /// <summary>The status of the answer.</summary>
        public async Task<string> AskAsync(string request)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestLog.Cancel);
            limit.CancelAfter(TestLog.Patience);
            byte[] bytes = Encoding.Latin1.GetBytes(request);
            while (true)
            {
                if (_socket is null)
                {
                    _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    await _socket.ConnectAsync("127.0.0.1", url.Port, limit.Token);
                }

                string answer = await ExchangeAsync(_socket, bytes, limit.Token);
                if (answer.Length == 0 || answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
                    Close();
                if (answer.Length > 0)
                    return answer.Split(' ')[1];
            }
        }

        public void Dispose() => Close();

        /// <summary>The head of the answer, and what arrived with it; empty where the connection had been closed.</summary>
        private async Task<string> ExchangeAsync(Socket socket, byte[] request, CancellationToken cancellationToken)
        {
            try
            {
                await socket.SendAsync(request, cancellationToken);
                StringBuilder answer = new();
                while (true)
                {
                    int count = await socket.ReceiveAsync(_buffer, cancellationToken);
                    answer.Append(Encoding.Latin1.GetString(_buffer, 0, count));
                    if (count == 0 || IsWhole(answer.ToString(), isHead: request.AsSpan().StartsWith("HEAD"u8)))
                        return answer.ToString();
                }
            }
            catch (SocketException)
            {
                return "";
            }
        }

        private static bool IsWhole(string answer, bool isHead)
        {
            int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
                return false;
            string? length = answer[..end].Split("\r\n").FirstOrDefault(
                line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
            return isHead || length is null || answer.Length - end - 4 >= int.Parse(length[16..], CultureInfo.InvariantCulture);
        }

        private void Close()
        {
            _socket?.Dispose();
            _socket = null;
        }
    }
}
