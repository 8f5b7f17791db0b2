using System.Globalization;
using Net.Pkcs11Interop.Common;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>
/// Signs with a key that a PKCS#11 token holds, so that the private key is never in this process. Survives the loss of
/// the session and of the token: it opens a new session when the one that it has turns out to be gone.
/// </summary>
/// <remarks>
/// No signature leaves here that has not been verified, and no session is used before it has signed a test message well.
/// A module's functions block and cannot be cancelled, so they run on a thread of the pool, one at a time; who no longer
/// waits for one leaves it behind, and others queue until it has ended.
/// </remarks>
internal sealed class Pkcs11Signer : ISigner, IDisposable
{
    private readonly Pkcs11Uri _uri;
    private readonly TokenOptions _options;
    private readonly TokenPin _pin;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private TokenSession? _session;
    private volatile bool _disposed;

    private Pkcs11Signer(Pkcs11Uri uri, TokenOptions options)
    {
        _uri = uri;
        _options = options;
        _pin = new TokenPin(uri, options);
    }

    /// <inheritdoc/>
    public PublicKey PublicKey { get; private set; }

    /// <summary>Opens a session and has the token sign a test message.</summary>
    /// <exception cref="TokenException">There is no such token or key, the PIN is wrong, or the key does not sign.</exception>
    public static async Task<Pkcs11Signer> OpenAsync(
        Pkcs11Uri uri, TokenOptions options, CancellationToken cancellationToken = default)
    {
        var signer = new Pkcs11Signer(uri, options);
        try
        {
            signer.PublicKey = await signer.InTurnAsync(() => signer.Reopen(null).PublicKey, cancellationToken);
            return signer;
        }
        catch
        {
            signer.Dispose();
            throw;
        }
    }

    /// <summary>Has the token sign, and verifies what it returns.</summary>
    /// <exception cref="TokenException">
    /// The token is away, does not answer in time, refuses, or returns a bad signature. The next call tries again with a
    /// new session.
    /// </exception>
    public async ValueTask<Signature> SignAsync(
        ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        // Copied: the caller may take its memory back while the token is still at work.
        var copy = message.ToArray();
        return await InTurnAsync(() => SignOrReopen(copy), cancellationToken);
    }

    /// <summary>Closes the session; at once, or when a call that is under way has ended.</summary>
    public void Dispose()
    {
        _disposed = true;
        DropIfDisposed();
    }

    /// <summary>
    /// Tries the session that is there, and once a new one where that fails. Ed25519 signatures are the same each time,
    /// so asking twice does no harm.
    /// </summary>
    private Signature SignOrReopen(byte[] message)
    {
        if (_session is { } current)
        {
            try
            {
                return current.Sign(message);
            }
            catch (TokenException)
            {
                Drop();
            }
        }

        return Reopen(PublicKey).Sign(message);
    }

    private TokenSession Reopen(PublicKey? expected)
    {
        Drop();
        var session = TokenSession.Open(_uri, _pin);
        if (expected is { } key && session.PublicKey != key)
        {
            session.Dispose();
            throw new TokenException($"the token now has another key there: {session.PublicKey} instead of {key}");
        }

        return _session = session;
    }

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var timer = new CancellationTokenSource(_options.Timeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            await _turn.WaitAsync(either.Token);
            var running = Task.Run(() => Work(work), CancellationToken.None);
            return await running.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var limit = _options.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            throw new TokenException($"{Described}: no answer within {limit} s", e);
        }
    }

    /// <summary>Runs on a thread of its own while holding the turn; gives it back at the end, however it ends.</summary>
    private T Work<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is TokenException or Pkcs11Exception or UnmanagedException)
        {
            // After any failure the session is of no more use.
            Drop();
            throw new TokenException($"{Described}: {e.Message}", e);
        }
        finally
        {
            _turn.Release();
            DropIfDisposed();
        }
    }

    private string Described => string.Join(' ', new[]
    {
        "PKCS#11 key",
        _uri.Object is { } label ? $"'{label}'" : $"with id {Convert.ToHexStringLower(_uri.Id.AsSpan())}",
        _uri.Token.TryGetValue("token", out var token) ? $"in token '{token}'" : "",
    }).TrimEnd();

    /// <summary>Whoever gets the turn after <see cref="Dispose"/> closes the session, and keeps the turn.</summary>
    private void DropIfDisposed()
    {
        if (_disposed && _turn.Wait(TimeSpan.Zero))
            Drop();
    }

    private void Drop()
    {
        _session?.Dispose();
        _session = null;
    }
}
