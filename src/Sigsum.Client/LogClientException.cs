using System.Net;

namespace Sigsum.Client;

/// <summary>
/// A request to a log, a node or a witness failed. The message is one line that names the URL, and, where there is one,
/// the status and the first line of the answer's text.
/// </summary>
/// <remarks>
/// It is an <see cref="HttpRequestException"/>, so that a caller that only cares that the other side could not be
/// reached or understood has one type to catch. Cancellation by the caller is never reported this way.
/// </remarks>
public sealed class LogClientException : HttpRequestException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="statusCode">The status of the answer, or null when none arrived.</param>
    /// <param name="message">One line of text.</param>
    /// <param name="retryAfter">How long the other side asks to wait before the next try, if it said so.</param>
    /// <param name="inner">What caused the failure.</param>
    public LogClientException(
        LogClientFailure failure,
        HttpStatusCode? statusCode,
        string message,
        TimeSpan? retryAfter = null,
        Exception? inner = null)
        : base(message, inner, statusCode)
    {
        Failure = failure;
        RetryAfter = retryAfter;
    }

    /// <summary>The kind of failure.</summary>
    public LogClientFailure Failure { get; }

    /// <summary>How long the other side asks to wait before the next try (<c>Retry-After</c>), if it said so.</summary>
    public TimeSpan? RetryAfter { get; }
}
