using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Http;

/// <summary>
/// Where the operator's commands reach a node that runs: a socket in the data directory, which only its owner can open.
/// Nothing of it is on the network.
/// </summary>
internal sealed partial class AdminListener : IAsyncDisposable
{
    /// <summary>What Linux allows for the name of a socket, with a byte to end it.</summary>
    private const int MaxPath = 107;

    private readonly WebApplication _app;

    private AdminListener(WebApplication app) => _app = app;

    /// <summary>The socket of the node that lives in a directory.</summary>
    public static string PathFor(string dataDir) => Path.Combine(Path.GetFullPath(dataDir), "admin", "socket");

    /// <summary>Listens; the caller holds the data directory, so what is left of an earlier socket is nobody's.</summary>
    /// <returns>Null where the name of the socket would be too long; the log says so.</returns>
    public static async Task<AdminListener?> StartAsync(
        string dataDir, INodeAdmin admin, NodeServices services, CancellationToken cancellationToken)
    {
        var logger = services.Logger<AdminListener>();
        var path = PathFor(dataDir);
        if (Encoding.UTF8.GetByteCount(path) > MaxPath || OperatingSystem.IsWindows())
        {
            NoSocket(logger, path);
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(path);
        var builder = KestrelSetup.CreateBuilder(HttpLimits.Internal, services.Loggers);
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ListenUnixSocket(path));
        var table = new EndpointTable(
            "",
            [
                new StatusEndpoint(admin.Status).Endpoint,
                new("freeze", HttpMethods.Post, false, (context, _) => DoAsync(context, admin.Freeze)),
                new("unfreeze", HttpMethods.Post, false, (context, _) => DoAsync(context, admin.Unfreeze)),
                new("hand-over", HttpMethods.Post, false, (context, _) => HandOverAsync(context, admin)),
            ],
            null, services.Time, services.Logger<EndpointTable>());
        return new AdminListener(await KestrelSetup.StartAsync(builder, table.HandleAsync, path, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task DoAsync(HttpContext context, Action action)
    {
        InWords(action);
        return Answer.OkAsync(context, Answer.NotStored, default);
    }

    private static async Task HandOverAsync(HttpContext context, INodeAdmin admin)
    {
        var body = await RequestBody.ReadAsync(context.Request, 64, context.RequestAborted);
        Guid? to = null;
        if (body.Length > 0)
        {
            to = Guid.TryParseExact(Encoding.ASCII.GetString(body.Span), "N", out var id)
                ? id
                : throw new SigsumFormatException("expected a node id");
        }

        try
        {
            var result = await admin.HandOverAsync(to, context.RequestAborted);
            var text = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{result.To} {result.Record.NodeId:N} {result.Record.Epoch} {(long)result.Paused.TotalMilliseconds}\n");
            await Answer.OkAsync(context, Answer.NotStored, Encoding.ASCII.GetBytes(text));
        }
        catch (FailoverException error)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, error.Message);
        }
    }

    private static void InWords(Action action)
    {
        try
        {
            action();
        }
        catch (FailoverException error)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, error.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "no socket for the operator's commands: {Path} is too long for one. Status, freeze and switchover of this "
            + "node while it runs need a shorter --data-dir")]
    private static partial void NoSocket(ILogger logger, string path);
}
