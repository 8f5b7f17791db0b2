using System.Net;
using System.Text;
using Sigsum.Client;
using Sigsum.Client.Http;
using Sigsum.Messages;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What our clients make of the answers of servers: a value, or <see cref="LogClientException"/>.</summary>
internal static class ClientTargets
{
    private static readonly Uri Url = new("http://log.example/");

    public static IEnumerable<FuzzTarget> All =>
    [
        Of<object?>("answer-to-log-client", input => Ask(input, (http, kind) => new LogClient(http, Url) is var log && kind switch
        {
            0 => Any(log.GetTreeHeadAsync()),
            1 => Any(log.GetInclusionProofAsync(new InclusionProofRequest(7, default))),
            2 => Any(log.GetConsistencyProofAsync(new ConsistencyProofRequest(3, 7))),
            3 => Any(log.GetLeavesAsync(new LeavesRange(2, 4))),
            _ => Any(log.AddLeafAsync(default)),
        }), Nothing, typeof(LogClientException)),
        Of<object?>("answer-to-node-client", input => Ask(input, (http, kind) => kind switch
        {
            0 => Any(new FeedClient(http, Url).GetLeavesAsync(2, 4)),
            1 => Any(new SecondaryClient(http, Url).GetTreeHeadAsync()),
            2 => Any(new SecondaryClient(http, Url).GetTreeHeadAsync(7)),
            3 => Any(new NodeClient(http, Url).GetStatusAsync()),
            _ => Any(new NodeClient(http, Url).ProveLogKeyAsync(default)),
        }), Nothing, typeof(LogClientException)),
        Of<object?>("answer-to-witness-client", input => Ask(input, (http, _) =>
            Any(new WitnessClient(http, Url).AddCheckpointAsync(new AddCheckpointRequest(
                0, ConsistencyProof.Empty, new("sigsum.org/v1/tree/0", new TreeHead(1, default), default, default))))),
            Nothing, typeof(LogClientException)),
        Of("error-text", input => ErrorText.FirstLine(input), (_, text) =>
        {
            Must.Hold(!text.Any(char.IsControl), "what is shown to people has no control characters");
            Must.Hold(text.Length <= AnswerLimits.ErrorLine, "what is shown to people is bounded");
        }),
    ];

    private static void Nothing(byte[] input, object? value)
    {
    }

    private static bool Any<T>(Task<T> asked)
    {
        asked.GetAwaiter().GetResult();
        return true;
    }

    /// <summary>
    /// An input is a digit that says what is asked for, a status, header lines, an empty line and a body. What is no header
    /// to .NET is left out, as it is on the wire.
    /// </summary>
    private static object? Ask(ReadOnlySpan<byte> input, Func<HttpClient, int, bool> ask)
    {
        int end = input.IndexOf("\n\n"u8);
        string[] lines = Encoding.Latin1.GetString(end < 0 ? input : input[..end]).Split('\n');
        byte[] body = end < 0 ? [] : input[(end + 2)..].ToArray();
        int kind = lines[0].Length > 0 && char.IsAsciiDigit(lines[0][0]) ? lines[0][0] - '0' : 0;
        if (lines[0].Length < 4 || !int.TryParse(lines[0].AsSpan(1, 3), out int status) || status is < 100 or > 599)
            status = 200;
        using var answers = new Answers((HttpStatusCode)status, lines.AsSpan(1).ToArray(), body);
        using var http = new HttpClient(answers);
        try
        {
            ask(http, kind);
        }
        catch (LogClientException refusal)
        {
            Must.Hold(!refusal.Message.Any(char.IsControl), "what is shown to people has no control characters");
            Must.Hold(refusal.RetryAfter is not { } wait || (wait >= TimeSpan.Zero && wait <= TimeSpan.FromMinutes(5)),
                "a server does not make us wait for longer than five minutes");
            throw;
        }

        return null;
    }

    private sealed class Answers(HttpStatusCode status, string[] headers, byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent(body), RequestMessage = request };
            foreach (string line in headers)
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon <= 0)
                    continue;
                string value = line[(colon + 1)..].Trim();
                try
                {
                    _ = answer.Headers.TryAddWithoutValidation(line[..colon], value)
                        || answer.Content.Headers.TryAddWithoutValidation(line[..colon], value);
                }
                catch (FormatException)
                {
                    // not a header
                }
            }

            return Task.FromResult(answer);
        }
    }
}
