namespace Sigsum.Messages;

/// <summary>
/// Domain separation of what is signed in binary form: a name, NUL, and the data (log.md section 2.1).
/// </summary>
internal static class Namespaces
{
    public static ReadOnlySpan<byte> TreeLeaf => "sigsum.org/v1/tree-leaf\0"u8;

    public static ReadOnlySpan<byte> SubmitToken => "sigsum.org/v1/submit-token\0"u8;

    /// <summary>An upper bound of the size of a name with NUL and 32 bytes of data.</summary>
    public const int MaxMessageSize = 64;

    /// <summary>Puts name and data together.</summary>
    /// <returns>The part of the destination that was filled.</returns>
    public static ReadOnlySpan<byte> Attach(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        name.CopyTo(destination);
        data.CopyTo(destination[name.Length..]);
        return destination[..(name.Length + data.Length)];
    }
}
