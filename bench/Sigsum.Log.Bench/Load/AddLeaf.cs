using System.Buffers;
using System.Text;
using Sigsum.Messages;

namespace Sigsum.Log.Bench.Load;

/// <summary>An add-leaf request as it goes over the wire.</summary>
internal sealed class AddLeaf
{
    private static readonly byte[] s_head = Encoding.ASCII.GetBytes(
        $"POST /add-leaf HTTP/1.1\r\nHost: log\r\nContent-Length: {AddLeafRequest.Size}\r\n\r\n");

    private readonly ArrayBufferWriter<byte> _body = new(AddLeafRequest.Size);

    /// <summary>Writes a whole request.</summary>
    /// <returns>Its length.</returns>
    public int Write(AddLeafRequest leaf, Span<byte> buffer)
    {
        s_head.CopyTo(buffer);
        _body.ResetWrittenCount();
        leaf.Write(_body);
        _body.WrittenSpan.CopyTo(buffer[s_head.Length..]);
        return s_head.Length + AddLeafRequest.Size;
    }
}
