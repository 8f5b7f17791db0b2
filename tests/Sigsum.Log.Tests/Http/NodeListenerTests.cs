using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Http;

public sealed class NodeListenerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_ends_at_its_limit_whatever_a_request_does()
    {
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        var entered = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var stuck = new Sigsum.Log.Http.Endpoint("stuck", HttpMethods.Get, false, (_, _) =>
        {
            entered.SetResult();
            return never.Task;
        });
        var table = new EndpointTable("", [stuck], null, services.Time, services.Logger<EndpointTable>());
        await using var listener = await NodeListener.StartExternalAsync(
            new HostPort("127.0.0.1", 0), table, services, Cancel);
        using var http = new HttpClient();
        var asked = http.GetAsync(new Uri(listener.Url, "stuck"), Cancel);
        await entered.Task;

        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await listener.StopAsync(limit.Token).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => asked);
        never.SetResult();
    }

    [Fact]
    public async Task A_store_that_failed_is_no_fault_of_the_request_which_may_come_again()
    {
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        var failing = new Sigsum.Log.Http.Endpoint(
            "failing", HttpMethods.Get, false, (_, _) => throw new StoreException("secret"));
        var table = new EndpointTable("", [failing], null, services.Time, services.Logger<EndpointTable>());
        await using var listener = await NodeListener.StartExternalAsync(
            new HostPort("127.0.0.1", 0), table, services, Cancel);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(listener.Url, "failing"), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("(503) the log cannot read or write its store\n", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Only_the_node_limits_how_long_requests_may_take_to_finish_at_a_stop()
    {
        var builder = KestrelSetup.CreateBuilder(HttpLimits.External, NullLoggerFactory.Instance);
        await using var app = builder.Build();
        var host = app.Services.GetRequiredService<IOptions<HostOptions>>().Value;
        Assert.Equal(Timeout.InfiniteTimeSpan, host.ShutdownTimeout);
    }
}
