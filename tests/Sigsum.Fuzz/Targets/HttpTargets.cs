using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sigsum.Log.Failover;
using Sigsum.Log.Http;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What a node makes of the path and the headers of a request.</summary>
internal static class HttpTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("request", SampleNode.Ask, (_, answer) => CheckAnswer(answer), typeof(RequestNotSentException)),
        Of("prefer-wait", input => HoldRequest.Read(With("Prefer", input)), (_, wait) =>
            Must.Hold(wait >= TimeSpan.Zero && wait <= HoldRequest.Longest, "nobody makes us hold a request for longer")),
        Of("known-size", input => SecondaryTreeHeadEndpoint.ReadKnownSize(With("If-None-Match", input)), (input, size) =>
            Must.Hold(
                size is not { } known
                    || Text.Header(input) == string.Create(CultureInfo.InvariantCulture, $"\"{known}\""),
                "a size has one spelling")),
        Of("greeting-header", input => NodeHeaders.Read(With("Sigsum-Node", input)), (input, greeting) =>
            Must.Hold(
                greeting is not { } said
                    || Text.Header(input).Equals(said.ToString(), StringComparison.OrdinalIgnoreCase),
                "a greeting has one spelling")),
    ];

    private static HttpRequest With(string header, ReadOnlySpan<byte> value)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers[header] = Text.Header(value);
        return context.Request;
    }

    private static void CheckAnswer(SampleAnswer answer)
    {
        Must.Hold(answer.Status is 200 or 400 or 404 or 405, $"the status {answer.Status} is one of those that fit");
        Must.Hold(answer.Status != 200 || SampleNode.MayAnswer(answer.Method, answer.Path), "only what is there is answered");
        Must.Hold(answer.Length is not { } length || answer.IsHead || length == answer.Body.Length,
            $"as many bytes are sent, {answer.Body.Length}, as were promised, {answer.Length}");
        Must.Hold(answer.Status == 200 || !answer.Body.AsSpan().ContainsAnyInRange((byte)0, (byte)9), "an error is one line");
    }
}
