using System.Net.Sockets;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing;

/// <summary>
/// Signs with a key that an ssh-agent holds, so that the private key is never in this process. Survives restarts of
/// the agent: it connects anew when the connection turns out to be gone.
/// </summary>
/// <remarks>
/// No signature leaves here that has not been verified, and no connection is used before it has signed a test message
/// well. One request at a time: others queue, and can be cancelled while they do.
/// </remarks>
internal sealed class SshAgentSigner : ISigner, IDisposable
{
    private readonly string _path;
    private readonly SshAgentOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SshAgentConnection? _connection;

    private SshAgentSigner(PublicKey key, string path, SshAgentOptions options)
    {
        PublicKey = key;
        _path = path;
        _options = options;
    }

    /// <inheritdoc/>
    public PublicKey PublicKey { get; }

    /// <summary>Connects to the agent and has it sign a test message with the key.</summary>
    /// <exception cref="SshAgentException">There is no agent, or it does not sign with this key.</exception>
    public static async Task<SshAgentSigner> ConnectAsync(
        PublicKey key, SshAgentOptions options, CancellationToken cancellationToken = default)
    {
        string? path = options.SocketPath ?? Environment.GetEnvironmentVariable(SshAgentOptions.SocketVariable);
        if (string.IsNullOrEmpty(path))
            throw new SshAgentException($"no ssh-agent: set {SshAgentOptions.SocketVariable} to its socket");
        var signer = new SshAgentSigner(key, path, options);
        try
        {
            await signer.InTimeAsync(async cancel =>
            {
                await signer.ReconnectAsync(cancel).ConfigureAwait(false);
                return default;
            }, cancellationToken).ConfigureAwait(false);
            return signer;
        }
        catch
        {
            signer.Dispose();
            throw;
        }
    }

    /// <summary>Has the agent sign, and verifies what it returns.</summary>
    /// <exception cref="SshAgentException">
    /// The agent cannot be reached, does not answer in time, refuses, or returns a bad signature. The next call tries
    /// again with a new connection.
    /// </exception>
    public async ValueTask<Signature> SignAsync(
        ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await InTimeAsync(cancel => SignOrReconnectAsync(message, cancel), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        Drop();
        _turn.Dispose();
    }

    /// <summary>
    /// Tries the connection that is there, and once a new one where that is broken: the agent may have been restarted
    /// since. Ed25519 signatures are the same each time, so asking twice does no harm.
    /// </summary>
    private async Task<Signature> SignOrReconnectAsync(
        ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (_connection is { } current)
        {
            try
            {
                return await SignVerifiedAsync(current, message, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Drop();
            }
        }
        SshAgentConnection fresh = await ReconnectAsync(cancellationToken).ConfigureAwait(false);
        return await SignVerifiedAsync(fresh, message, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SshAgentConnection> ReconnectAsync(CancellationToken cancellationToken)
    {
        Drop();
        SshAgentConnection connection = await SshAgentConnection.OpenAsync(_path, cancellationToken)
            .ConfigureAwait(false);
        _connection = connection;
        await SignVerifiedAsync(connection, TestSignature.NewMessage(), cancellationToken).ConfigureAwait(false);
        return connection;
    }

    private async Task<Signature> SignVerifiedAsync(
        SshAgentConnection connection, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        Signature signature = await connection.SignAsync(PublicKey, message, cancellationToken).ConfigureAwait(false);
        return Ed25519.Verify(PublicKey, message.Span, signature)
            ? signature
            : throw new SshAgentException("returned a signature that does not verify");
    }

    /// <summary>Bounds the time, drops the connection after any failure, names agent and key in errors.</summary>
    private async Task<Signature> InTimeAsync(
        Func<CancellationToken, Task<Signature>> work, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(_options.Timeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Drop();
            cancellationToken.ThrowIfCancellationRequested();
            string? reason = e switch
            {
                OperationCanceledException => $"no answer within {_options.Timeout.TotalSeconds:0.###} s",
                SshAgentException or SocketException or IOException => e.Message,
                _ => null,
            };
            if (reason is null)
                throw;
            throw new SshAgentException($"ssh-agent at {_path}, key {PublicKey}: {reason}", e);
        }
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
