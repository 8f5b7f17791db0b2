using System.Net;
using Sigsum.Checkpoints;
using Sigsum.Messages;

namespace Sigsum.Client.Tests;

/// <summary>The answers of witnesses, as they are on the wire.</summary>
public sealed class WitnessClientTests : ClientTest
{
    private readonly AddCheckpointRequest _request = Samples.Checkpoint(0, 3, new SampleTree());

    [Fact]
    public async Task Cosignatures_are_read_and_unknown_kinds_passed_over()
    {
        CosignatureLine line =
            await CosignatureLine.CosignAsync(_request.Checkpoint, "example.com/w", Samples.WitnessKey, 1, Cancel);
        await using var server = RawServer.Start(RawServer.Answer("200 OK",
            "— example.com/pq " + Convert.ToBase64String(new byte[2432]) + "\n" + Samples.Text(line.Write)));
        var answer = Assert.IsType<WitnessResponse.Cosigned>(await AskAsync(server));
        Assert.Equal([line], answer.Lines);
        string request = await server.RequestAsync(Cancel);
        Assert.StartsWith("POST /prefix/add-checkpoint HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Samples.Text(_request.Write), request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_has_the_size_of_the_witness()
    {
        await using var server = RawServer.Start(
            RawServer.Answer("409 Conflict", "9223372036854775807\n", "Content-Type: text/x.tlog.size"));
        Assert.Equal(new WitnessResponse.Conflict(long.MaxValue), await AskAsync(server));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("05\n")]
    [InlineData("5\n\n")]
    [InlineData("9223372036854775808\n")]
    [InlineData("-1\n")]
    public async Task A_conflict_with_a_bad_size_is_malformed(string body)
    {
        await using var server =
            RawServer.Start(RawServer.Answer("409 Conflict", body, "Content-Type: text/x.tlog.size"));
        Assert.Equal(LogClientFailure.Malformed, (await FailureAsync(() => AskAsync(server))).Failure);
    }

    [Theory]
    [InlineData("409 Conflict", HttpStatusCode.Conflict)]
    [InlineData("400 Bad Request", HttpStatusCode.BadRequest)]
    [InlineData("403 Forbidden", HttpStatusCode.Forbidden)]
    [InlineData("404 Not Found", HttpStatusCode.NotFound)]
    [InlineData("422 Unprocessable Entity", HttpStatusCode.UnprocessableEntity)]
    [InlineData("502 Bad Gateway", HttpStatusCode.BadGateway)]
    [InlineData("204 No Content", HttpStatusCode.NoContent)]
    public async Task Every_other_status_is_a_refusal(string status, HttpStatusCode expected)
    {
        string body = expected == HttpStatusCode.NoContent ? "" : "because\n";
        await using var server = RawServer.Start(RawServer.Answer(status, body, "Content-Type: text/plain"));
        Assert.Equal(new WitnessResponse.Refused(expected, body.TrimEnd()), await AskAsync(server));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\n")]
    [InlineData("— example.com/w\n")]
    public async Task A_success_without_signature_lines_is_malformed(string body)
    {
        await using var server = RawServer.Start(RawServer.Answer("200 OK", body));
        Assert.Equal(LogClientFailure.Malformed, (await FailureAsync(() => AskAsync(server))).Failure);
    }

    [Fact]
    public async Task A_witness_that_is_not_there_is_a_request_exception()
    {
        await using var server = RawServer.Start("");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync(server));
    }

    private Task<WitnessResponse> AskAsync(RawServer server) =>
        new WitnessClient(Http, server.Url).AddCheckpointAsync(_request, Cancel);
}
