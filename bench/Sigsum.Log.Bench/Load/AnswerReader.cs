using System.Buffers.Text;

namespace Sigsum.Log.Bench.Load;

/// <summary>
/// Finds the status and the end of HTTP/1.1 answers in what comes from a socket. Keeps no body. One answer at a time: the
/// connections of the generator send a request when the answer before it is there.
/// </summary>
internal sealed class AnswerReader
{
    private const int MaxHead = 4096;

    private readonly byte[] _head = new byte[MaxHead];
    private int _headLength;
    private long _bodyLeft;
    private bool _chunked;
    private bool _inBody;
    private int _lineLength;
    private long _chunkSize;
    private bool _lastChunk;

    /// <summary>Status of the answer; valid once it is complete.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of head and body of all answers.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes what was received.</summary>
    /// <returns>Whether the answer is complete.</returns>
    public bool Take(ReadOnlySpan<byte> received)
    {
        Bytes += received.Length;
        if (!_inBody)
        {
            if (!TakeHead(ref received))
                return false;
        }

        bool complete = _chunked ? TakeChunks(received) : TakePlain(received.Length);
        if (complete)
            (_headLength, _inBody) = (0, false);
        return complete;
    }

    private bool TakeHead(ref ReadOnlySpan<byte> received)
    {
        int before = _headLength;
        int copied = Math.Min(received.Length, MaxHead - before);
        received[..copied].CopyTo(_head.AsSpan(before));
        _headLength += copied;
        int end = _head.AsSpan(0, _headLength).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return _headLength < MaxHead
                ? false
                : throw new InvalidDataException("the head of an answer is too long");
        }

        ReadHead(_head.AsSpan(0, end + 2));
        received = received[(end + 4 - before)..];
        _inBody = true;
        return true;
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..12], out int status, out _))
            throw new InvalidDataException("not an HTTP/1.1 answer");
        Status = status;
        (_bodyLeft, _chunked, _lastChunk, _chunkSize, _lineLength) = (0, false, false, 0, 0);
        foreach (Range range in head.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = head[range];
            if (IsHeader(line, "content-length: "u8))
                _bodyLeft = Utf8Parser.TryParse(line[16..], out long length, out _) ? length : throw new InvalidDataException("bad length");
            else if (IsHeader(line, "transfer-encoding: chunked"u8))
                _chunked = true;
        }
    }

    private static bool IsHeader(ReadOnlySpan<byte> line, ReadOnlySpan<byte> start) =>
        line.Length >= start.Length && System.Text.Ascii.EqualsIgnoreCase(line[..start.Length], start);

    private bool TakePlain(int count)
    {
        if (count > _bodyLeft)
            throw new InvalidDataException("more came than one answer");
        _bodyLeft -= count;
        return _bodyLeft == 0;
    }

    /// <summary>Lines of a size in hex, each followed by so many bytes and an empty line; the last size is 0.</summary>
    private bool TakeChunks(ReadOnlySpan<byte> received)
    {
        while (!received.IsEmpty)
        {
            if (_bodyLeft > 0)
            {
                int data = (int)Math.Min(_bodyLeft, received.Length);
                _bodyLeft -= data;
                received = received[data..];
                continue;
            }

            byte c = received[0];
            received = received[1..];
            if (c == '\n')
            {
                if (_lineLength == 0 && _lastChunk)
                    return received.IsEmpty ? true : throw new InvalidDataException("more came than one answer");
                if (_lineLength > 0)
                    (_bodyLeft, _lastChunk) = (_chunkSize, _chunkSize == 0);
                (_lineLength, _chunkSize) = (0, 0);
            }
            else if (c != '\r')
            {
                _chunkSize = (_chunkSize * 16) + Convert.ToInt32(((char)c).ToString(), 16);
                _lineLength++;
            }
        }

        return false;
    }
}
