using Microsoft.AspNetCore.Http;

namespace Sigsum.Log.Http;

/// <summary>The slash-separated values at the end of a request's path.</summary>
/// <param name="path">The whole path.</param>
/// <param name="start">Where the values begin in it.</param>
internal readonly struct PathArguments(string path, int start)
{
    /// <summary>Exactly two values.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second.</param>
    /// <param name="form">The form that was expected, for the message.</param>
    /// <exception cref="RequestRefusedException">There are fewer or more.</exception>
    public void ReadTwo(out ReadOnlySpan<char> first, out ReadOnlySpan<char> second, string form)
    {
        var rest = path is null ? default : path.AsSpan(start);
        var slash = rest.IndexOf('/');
        if (slash < 0 || rest[(slash + 1)..].Contains('/'))
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"expected {form}");
        first = rest[..slash];
        second = rest[(slash + 1)..];
    }
}

/// <summary>A request that is answered with an error: status and the one line that the client gets.</summary>
internal sealed class RequestRefusedException(int status, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status => status;
}
