using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Sigsum.Log.Bench.Servers;

/// <summary>
/// The web server alone, in a process of its own: whatever is asked, it answers bytes that are as many as those of a
/// cosigned tree head.
/// </summary>
internal static class BareKestrel
{
    /// <summary>The first argument of that process.</summary>
    public const string Verb = "bare-kestrel";

    private const int BodyLength = 430;

    public static Task StartAsync(Node node, CancellationToken cancellation)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Sigsum.Log.Bench");
        return node.StartAsync(program, [Verb, node.Url.Authority], cancellation);
    }

    /// <summary>What that process does.</summary>
    public static async Task<int> ServeAsync(string endpoint)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPEndPoint.Parse(endpoint)));
        WebApplication app = builder.Build();
        byte[] body = new byte[BodyLength];
        Array.Fill(body, (byte)'a');
        app.Run(async context =>
        {
            context.Response.ContentLength = body.Length;
            await context.Response.BodyWriter.WriteAsync(body);
        });
        await app.RunAsync();
        return 0;
    }
}
