namespace Sigsum;

/// <summary>
/// Bytes or text that do not follow the format that the Sigsum specifications demand. Every parser of this library
/// throws it, and nothing else, for bad input.
/// </summary>
/// <remarks>The message is one line for a human; it never repeats untrusted input.</remarks>
public sealed class SigsumFormatException : FormatException
{
    /// <summary>Creates the exception with a general message.</summary>
    public SigsumFormatException()
        : this("malformed Sigsum data")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that says what was expected.</param>
    public SigsumFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that says what was expected.</param>
    /// <param name="innerException">What made the parser give up.</param>
    public SigsumFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
