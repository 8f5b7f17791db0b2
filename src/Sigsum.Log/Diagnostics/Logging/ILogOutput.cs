namespace Sigsum.Log.Diagnostics.Logging;

/// <summary>Where lines go. Only the writing thread of <see cref="LogQueue"/> calls it; it may block.</summary>
internal interface ILogOutput : IDisposable
{
    /// <summary>Writes whole lines. Afterwards they are with the operating system.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    void Write(ReadOnlySpan<byte> lines);

    /// <summary>Opens the destination anew. If that fails, the old one stays in use.</summary>
    /// <exception cref="IOException">It could not be opened.</exception>
    void Reopen();
}
