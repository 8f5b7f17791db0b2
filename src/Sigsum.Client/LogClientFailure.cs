namespace Sigsum.Client;

/// <summary>The kinds of failure that a <see cref="LogClientException"/> reports.</summary>
public enum LogClientFailure
{
    /// <summary>No complete answer arrived: connection refused, reset, or closed in the middle of the answer.</summary>
    Transport,

    /// <summary>No complete answer arrived within the request's time limit.</summary>
    Timeout,

    /// <summary>A complete answer arrived, with a status that does not mean success.</summary>
    Status,

    /// <summary>A successful answer arrived that is not what the specification asks for.</summary>
    Malformed,

    /// <summary>The answer is longer than the limit for its kind, and was not read to the end.</summary>
    TooLarge,
}
