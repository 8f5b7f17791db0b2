using System.Buffers;
using System.Text;

namespace Sigsum.Fuzz;

/// <summary>What holds for a value that was read.</summary>
internal static class Must
{
    /// <summary>It is written as it was read, byte by byte.</summary>
    public static void BeWrittenAs(ReadOnlySpan<byte> input, ReadOnlySpan<byte> written)
    {
        if (!input.SequenceEqual(written))
            throw new PropertyViolatedException($"was read from {Show(input)}, is written as {Show(written)}");
    }

    /// <summary>
    /// It is written as it was read but for the case of letters: hex digits have two spellings, and nothing else in these
    /// formats has. That it is also read again as the same value is for <see cref="BeReadAgain"/>.
    /// </summary>
    public static void BeWrittenAsButForCase(ReadOnlySpan<byte> input, ReadOnlySpan<byte> written)
    {
        if (!System.Text.Ascii.EqualsIgnoreCase(input, written))
            throw new PropertyViolatedException($"was read from {Show(input)}, is written as {Show(written)}");
    }

    /// <summary>What is written is read again as the same value, and written the same once more.</summary>
    public static void BeReadAgain<T>(T value, Func<T, byte[]> write, Reader<T> read)
    {
        byte[] written = write(value);
        T second = ReadAgain(written, read);
        if (!EqualityComparer<T>.Default.Equals(value, second))
            throw new PropertyViolatedException($"what is written, {Show(written)}, is read as another value");
        BeWrittenAs(written, write(second));
    }

    /// <summary>As <see cref="BeReadAgain"/>, for values that cannot be compared: what they are written as is.</summary>
    public static void BeWrittenTheSameAgain<T>(T value, Func<T, byte[]> write, Reader<T> read)
    {
        byte[] written = write(value);
        BeWrittenAs(written, write(ReadAgain(written, read)));
    }

    /// <summary>Something holds.</summary>
    public static void Hold(bool condition, string what)
    {
        if (!condition)
            throw new PropertyViolatedException($"does not hold: {what}");
    }

    /// <summary>The bytes that a value writes.</summary>
    public static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>(256);
        write(writer);
        return writer.WrittenSpan.ToArray();
    }

    private static T ReadAgain<T>(byte[] written, Reader<T> read)
    {
        try
        {
            return read(written);
        }
        catch (Exception refusal)
        {
            throw new PropertyViolatedException($"what is written, {Show(written)}, is refused: {refusal.Message}");
        }
    }

    private static string Show(ReadOnlySpan<byte> bytes) =>
        $"\"{Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 400)])}\"";
}
