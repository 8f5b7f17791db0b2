namespace Sigsum.Fuzz;

/// <summary>What was asked of <see cref="SampleNode"/>, and what it answered.</summary>
internal sealed record SampleAnswer(string Method, string Path, int Status, long? Length, byte[] Body)
{
    public bool IsHead => Method == "HEAD";
}

/// <summary>The input is not a request line that the HTTP server would let through.</summary>
internal sealed class RequestNotSentException() : Exception("not a request line");
