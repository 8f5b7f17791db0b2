using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>
/// The network between hosts: requests take time, are lost on links that are cut, may come twice, and come in any order.
/// Names are resolved here too, so that the operator can let the log's name point to another host.
/// </summary>
internal sealed class Wire(Clock clock, Random random)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(string Host, int Port), WireListener> _listeners = [];
    private readonly HashSet<(string From, string To)> _cut = [];

    /// <summary>Names that point to hosts.</summary>
    public Dictionary<string, string> Names { get; } = [];

    /// <summary>Chance that a request comes twice.</summary>
    public double Duplicated { get; set; }

    /// <summary>Chance that a request or an answer is lost.</summary>
    public double Lost { get; set; }

    /// <summary>The longest time that a request or an answer takes, most of the time.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Requests that were sent.</summary>
    public long Requests { get; private set; }

    /// <summary>Told of each answer when it leaves a process: who asked what, and the status.</summary>
    public event Action<Process, WireCall, int>? Answered;

    /// <summary>Cuts the link from one host to another, in this direction.</summary>
    public void Cut(string from, string to) => _cut.Add((from, to));

    /// <summary>Mends all links of a host.</summary>
    public void Mend(string host) => _cut.RemoveWhere(link => link.From == host || link.To == host);

    /// <summary>Puts a listener on the network.</summary>
    public void Add(WireListener listener) => _listeners[(listener.Process.Host, listener.Port)] = listener;

    /// <summary>Takes a listener off.</summary>
    public void Remove(WireListener listener)
    {
        if (_listeners.GetValueOrDefault((listener.Process.Host, listener.Port)) == listener)
            _listeners.Remove((listener.Process.Host, listener.Port));
    }

    /// <summary>Sends what a process asks.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        Process from, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        from.MustBeAlive();
        Requests++;
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var call = new WireCall(from, request, body);
        using var gone = cancellationToken.Register(() => Abandon(call, cancellationToken));
        var to = Names.GetValueOrDefault(request.RequestUri!.Host, request.RequestUri.Host);
        Carry(from.Host, to, () => Arrive(call, to, request.RequestUri.Port));
        if (random.NextDouble() < Duplicated)
            Carry(from.Host, to, () => Arrive(new WireCall(from, request, body), to, request.RequestUri.Port));
        if (_cut.Contains((from.Host, to)))
            clock.After(ConnectTimeout, () => call.Fail("no route to host"));
        return await call.Answer.Task;
    }

    /// <summary>Lets something get from one host to another, or not.</summary>
    public void Carry(string from, string to, Action arrive)
    {
        if (_cut.Contains((from, to)) || random.NextDouble() < Lost)
            return;
        // Most take a moment; some take so long that later ones overtake them.
        var longest = random.Next(50) == 0 ? Latency * 20 : Latency;
        clock.After(longest * random.NextDouble(), () =>
        {
            if (!_cut.Contains((from, to)))
                arrive();
        });
    }

    private void Arrive(WireCall call, string host, int port)
    {
        if (_listeners.GetValueOrDefault((host, port)) is { } listener && listener.Process.Alive)
            _ = ServeAsync(call, listener);
        else
            Carry(host, call.From.Host, () => call.Fail("connection refused"));
    }

    private async Task ServeAsync(WireCall call, WireListener listener)
    {
        listener.Calls.Add(call);
        var context = NewContext(call);
        try
        {
            await listener.Handler(context);
            await context.Response.CompleteAsync();
        }
        catch (Exception error) when (error is KilledException || !listener.Process.Alive)
        {
            // The process is gone, and its connections with it: see WireListener.Break.
        }
        finally
        {
            listener.Finish(call);
        }

        if (!listener.Process.Alive)
            return;
        Answered?.Invoke(listener.Process, call, context.Response.StatusCode);
        if (call.IsAborted)
            Carry(listener.Process.Host, call.From.Host, () => call.Fail("connection reset"));
        else
            Carry(listener.Process.Host, call.From.Host, () => call.Succeed(Response(call, context.Response)));
    }

    private void Abandon(WireCall call, CancellationToken cancellationToken)
    {
        if (call.Answer.TrySetCanceled(cancellationToken) && call.From.Alive)
            clock.After(Latency * random.NextDouble(), call.ClientIsGone);
    }

    private static DefaultHttpContext NewContext(WireCall call)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(call);
        var uri = call.Request.RequestUri!;
        context.Request.Method = call.Request.Method.Method;
        context.Request.Scheme = uri.Scheme;
        context.Request.Host = new HostString(uri.Authority);
        context.Request.Path = uri.AbsolutePath;
        foreach (var (name, values) in call.Request.Headers.NonValidated)
            context.Request.Headers[name] = values.ToString();
        context.Request.ContentLength = call.Request.Content is null ? null : call.Body.Length;
        context.Request.Body = new MemoryStream(call.Body, writable: false);
        context.Response.Body = new MemoryStream();
        return context;
    }

    private static HttpResponseMessage Response(WireCall call, HttpResponse response)
    {
        var message = new HttpResponseMessage((HttpStatusCode)response.StatusCode)
        {
            RequestMessage = call.Request,
            Content = new ByteArrayContent(((MemoryStream)response.Body).ToArray()),
        };
        foreach (var (name, values) in response.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return message;
    }
}
