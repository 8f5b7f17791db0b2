namespace Sigsum.Log.Bench.Load;

/// <summary>What the connections of a <see cref="LoadRun"/> ask, and what is made of the answers. One thread calls it.</summary>
internal interface IWorkload
{
    /// <summary>Writes the next request of a connection whose last one is answered.</summary>
    /// <returns>Its length; 0 where this connection has nothing more to ask.</returns>
    int WriteRequest(int connection, Span<byte> buffer, long now);

    /// <summary>An answer has come.</summary>
    /// <param name="connection">Which connection asked.</param>
    /// <param name="status">Its HTTP status.</param>
    /// <param name="sentAt">When the request was sent.</param>
    /// <param name="now">When the whole answer was there.</param>
    /// <param name="counts">Whether it came within the time that is measured.</param>
    void OnAnswer(int connection, int status, long sentAt, long now, bool counts);
}
