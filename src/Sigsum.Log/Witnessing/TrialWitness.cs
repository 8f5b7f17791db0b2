using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Log.Witnessing;

/// <summary>
/// A witness of our own on a loopback port, for trying out and for tests: implements <c>add-checkpoint</c> of C2SP
/// tlog-witness with cosignature/v1, for the logs that it is told. It is no witness to rely on: it shares the fate of
/// the machine that the log runs on.
/// </summary>
internal sealed class TrialWitness : IAsyncDisposable
{
    /// <summary>The longest request: a checkpoint with sixteen large signatures and 63 hashes fits in.</summary>
    public const int MaxRequestSize = 128 * 1024;

    private readonly TrialWitnessOptions _options;
    private readonly TrialWitnessState _state;
    private readonly Dictionary<string, PublicKey> _logs;
    private readonly WebApplication _app;

    // The specification wants checking the old size and keeping the new one to be a single step.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile TrialWitnessBehaviour _behaviour = TrialWitnessBehaviour.Honest;
    private int _requests;

    private TrialWitness(TrialWitnessOptions options, TrialWitnessState state)
    {
        _options = options;
        _state = state;
        _logs = options.Logs.ToDictionary(key => SigsumOrigin.ForLog(key), StringComparer.Ordinal);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestSize;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>The submission prefix.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The witness's key.</summary>
    public PublicKey PublicKey => _options.Signer.PublicKey;

    /// <summary>The witness's name and key in the form that policies take.</summary>
    public VerifierKey VerifierKey =>
        VerifierKey.Create(_options.Name, NoteSignatureType.Cosignature, _options.Signer.PublicKey);

    /// <summary>How many requests have come in, whatever was answered.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How it misbehaves; may be changed at any time, for the requests that begin after that.</summary>
    public TrialWitnessBehaviour Behaviour
    {
        get => _behaviour;
        set => _behaviour = value;
    }

    /// <summary>Reads the state and starts to listen.</summary>
    /// <exception cref="SigsumFormatException">The state file is none of ours.</exception>
    /// <exception cref="IOException">The port is taken, or the state file cannot be read.</exception>
    public static async Task<TrialWitness> StartAsync(
        TrialWitnessOptions options, CancellationToken cancellationToken = default)
    {
        var witness = new TrialWitness(options, TrialWitnessState.Load(options.StatePath));
        try
        {
            await witness._app.StartAsync(cancellationToken).ConfigureAwait(false);
            witness.Url = new Uri(witness._app.Urls.Single());
            return witness;
        }
        catch
        {
            await witness.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What it has cosigned last.</summary>
    public async Task<TreeHead> GetLatestAsync(PublicKey log, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _state.Latest(log.KeyHash());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes it behave as if it had cosigned this tree head, such as one that is ahead of the log.</summary>
    public async Task SetLatestAsync(PublicKey log, TreeHead head, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _state.Keep(log.KeyHash(), head);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Requests that a test delays are not waited for: aborting them is what stopping this witness means.
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        TrialWitnessBehaviour behaviour = _behaviour;
        CancellationToken gone = context.RequestAborted;
        if (behaviour.Delay is { } delay)
            await delay(gone).ConfigureAwait(false);
        if (behaviour.HangUp)
            context.Abort();
        else if (behaviour.FailWith is { } status)
            await RefuseAsync(context, status, "told to fail").ConfigureAwait(false);
        else if (context.Request.Path != "/add-checkpoint")
            await RefuseAsync(context, HttpStatusCode.NotFound, "no such endpoint").ConfigureAwait(false);
        else if (!HttpMethods.IsPost(context.Request.Method))
            await RefuseMethodAsync(context).ConfigureAwait(false);
        else if (await ReadRequestAsync(context).ConfigureAwait(false) is { } request)
            await AddCheckpointAsync(context, request, behaviour).ConfigureAwait(false);
    }

    private static async Task<AddCheckpointRequest?> ReadRequestAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
            return AddCheckpointRequest.Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (SigsumFormatException e)
        {
            await RefuseAsync(context, HttpStatusCode.BadRequest, e.Message).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, (HttpStatusCode)e.StatusCode, "bad request body").ConfigureAwait(false);
        }
        return null;
    }

    private async Task AddCheckpointAsync(
        HttpContext context, AddCheckpointRequest request, TrialWitnessBehaviour behaviour)
    {
        if (!_logs.TryGetValue(request.Checkpoint.Origin, out PublicKey logKey))
        {
            await RefuseAsync(context, HttpStatusCode.NotFound, "unknown log").ConfigureAwait(false);
            return;
        }
        (TrialWitnessVerdict verdict, TreeHead latest, CosignatureLine? line) =
            await JudgeAsync(request, logKey, context.RequestAborted).ConfigureAwait(false);
        if (line is not null && behaviour.LoseAnswer)
            context.Abort();
        else if (line is not null)
            await WriteAsync(context, behaviour.Lie ? line with { Timestamp = line.Timestamp + 1 } : line)
                .ConfigureAwait(false);
        else if (verdict.Status == HttpStatusCode.Conflict)
            await WriteAsync(context, verdict.Status, Checkpoint.TreeSizeContentType,
                string.Create(CultureInfo.InvariantCulture, $"{latest.Size}\n")).ConfigureAwait(false);
        else
            await RefuseAsync(context, verdict.Status, verdict.Reason).ConfigureAwait(false);
    }

    private async Task<(TrialWitnessVerdict Verdict, TreeHead Latest, CosignatureLine? Line)> JudgeAsync(
        AddCheckpointRequest request, PublicKey logKey, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Hash log = logKey.KeyHash();
            TreeHead latest = _state.Latest(log);
            TrialWitnessVerdict verdict = TrialWitnessVerdict.On(request, logKey, latest);
            if (verdict.Status != HttpStatusCode.OK)
                return (verdict, latest, null);
            _state.Keep(log, request.Checkpoint.TreeHead);
            // Still in turn: a cosignature says that nothing larger has been seen up to its time.
            var now = (ulong)_options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();
            CosignatureLine line = await CosignatureLine
                .CosignAsync(request.Checkpoint, _options.Name, _options.Signer, now, cancellationToken)
                .ConfigureAwait(false);
            return (verdict, latest, line);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static Task RefuseMethodAsync(HttpContext context)
    {
        context.Response.Headers.Allow = HttpMethods.Post;
        return RefuseAsync(context, HttpStatusCode.MethodNotAllowed, "only POST is allowed here");
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string reason) =>
        WriteAsync(context, status, "text/plain; charset=utf-8", reason + "\n");

    private static Task WriteAsync(HttpContext context, CosignatureLine line)
    {
        var body = new ArrayBufferWriter<byte>(256);
        line.Write(body);
        return WriteAsync(
            context, HttpStatusCode.OK, "text/plain; charset=utf-8", Encoding.UTF8.GetString(body.WrittenSpan));
    }

    private static Task WriteAsync(HttpContext context, HttpStatusCode status, string contentType, string text)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
