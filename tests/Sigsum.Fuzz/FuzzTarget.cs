using System.Collections.Immutable;

namespace Sigsum.Fuzz;

/// <summary>Reads bytes that anybody may have written.</summary>
internal delegate T Reader<out T>(ReadOnlySpan<byte> input);

/// <summary>Throws <see cref="PropertyViolatedException"/> where what was read has not the property that it must have.</summary>
internal delegate void Property<in T>(byte[] input, T value);

/// <summary>A parser, the ways in which it may say no, and what must hold where it says yes.</summary>
/// <param name="name">Name on the command line, and of the folder of its corpus.</param>
internal abstract class FuzzTarget(string name)
{
    public string Name { get; } = name;

    /// <summary>Runs the parser on one input, and checks what must hold.</summary>
    /// <returns>Whether the input was accepted.</returns>
    /// <exception cref="Exception">A finding: the parser threw what it does not declare, or the property does not hold.</exception>
    public abstract bool Run(byte[] input);

    /// <summary>A parser with the exceptions that it declares; no other may leave it.</summary>
    public static FuzzTarget Of<T>(string name, Reader<T> read, Property<T> property, params ReadOnlySpan<Type> refusals) =>
        new Reading<T>(name, read, property, [.. refusals]);

    /// <summary>A parser that refuses with <see cref="SigsumFormatException"/>.</summary>
    public static FuzzTarget Of<T>(string name, Reader<T> read, Property<T> property) =>
        Of(name, read, property, typeof(SigsumFormatException));

    /// <summary>A parser that refuses by answering null, and throws nothing.</summary>
    public static FuzzTarget Try<T>(string name, Reader<T?> read, Property<T> property)
        where T : class => new Trying<T>(name, read, property);

    // What it says is for a person, and often part of a log line: who is far away must not write on in there. What operators
    // wrote themselves, and other exceptions are for, is quoted as it is.
    private static void CheckMessage(Exception refusal)
    {
        if (refusal.Message.Length == 0)
            throw new PropertyViolatedException("a refusal says nothing");
        if (refusal is SigsumFormatException && refusal.Message.Any(char.IsControl))
            throw new PropertyViolatedException($"a refusal has control characters: {refusal.Message}");
    }

    private sealed class Reading<T>(string name, Reader<T> read, Property<T> property, ImmutableArray<Type> refusals)
        : FuzzTarget(name)
    {
        public override bool Run(byte[] input)
        {
            T value;
            try
            {
                value = read(input);
            }
            catch (Exception refusal) when (refusals.Contains(refusal.GetType()))
            {
                CheckMessage(refusal);
                return false;
            }

            property(input, value);
            return true;
        }
    }

    private sealed class Trying<T>(string name, Reader<T?> read, Property<T> property)
        : FuzzTarget(name)
        where T : class
    {
        public override bool Run(byte[] input)
        {
            if (read(input) is not { } value)
                return false;
            property(input, value);
            return true;
        }
    }
}
