using System.Buffers;

namespace Sigsum.Client.Http;

/// <summary>The first bytes of an answer's body, in a rented buffer that grows with what really arrives.</summary>
internal struct BoundedBody : IDisposable
{
    private const int InitialSize = 4 * 1024;

    private byte[] _buffer;
    private int _length;

    /// <summary>Whether the body has more bytes than the limit.</summary>
    public bool IsCut { get; private set; }

    public readonly ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Reads until the end of the body, or until there is proof that it exceeds the limit.</summary>
    public static async ValueTask<BoundedBody> ReadAsync(
        HttpContent content, int limit, CancellationToken cancellationToken)
    {
        // A length that the other side only promises does not make us reserve memory beyond the limit.
        long expected = Math.Min(content.Headers.ContentLength ?? InitialSize, limit);
        var body = new BoundedBody { _buffer = ArrayPool<byte>.Shared.Rent((int)expected + 1) };
        try
        {
            Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                int room = Math.Min(body._buffer.Length, limit + 1) - body._length;
                int count = await stream.ReadAsync(body._buffer.AsMemory(body._length, room), cancellationToken)
                    .ConfigureAwait(false);
                if (count == 0)
                    return body;
                body._length += count;
                if (body._length > limit)
                {
                    body._length = limit;
                    body.IsCut = true;
                    return body;
                }
                if (body._length == body._buffer.Length)
                    body.Grow();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
