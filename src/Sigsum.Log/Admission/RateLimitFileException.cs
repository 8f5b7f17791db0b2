using System.Collections.Immutable;

namespace Sigsum.Log.Admission;

/// <summary>A rate limit file or suffix list that cannot be used; carries everything that is wrong with it.</summary>
internal sealed class RateLimitFileException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errors">One line each, with the name of the file and, where there is one, the line number.</param>
    public RateLimitFileException(ImmutableArray<string> errors)
        : base(string.Join(Environment.NewLine, errors))
    {
        Errors = errors;
    }

    /// <summary>One line each.</summary>
    public ImmutableArray<string> Errors { get; }
}
