namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>Standard error, unbuffered.</summary>
internal sealed class StandardErrorOutput : ILogOutput
{
    private readonly Stream _stream = Console.OpenStandardError();

    public void Write(ReadOnlySpan<byte> lines)
    {
        _stream.Write(lines);
        _stream.Flush();
    }

    /// <summary>Nothing to open: the descriptor belongs to whoever started the process.</summary>
    public void Reopen()
    {
    }

    public void Dispose() => _stream.Dispose();
}
