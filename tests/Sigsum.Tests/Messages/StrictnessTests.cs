using System.Text;
using System.Text.RegularExpressions;
using CsCheck;

namespace Sigsum.Tests.Messages;

/// <summary>
/// Bad input to every parser of messages. Whatever is accepted must be, but for the case of hex digits, exactly what
/// would be written; everything else must be a <see cref="SigsumFormatException"/> with a message fit to be sent.
/// </summary>
public sealed partial class StrictnessTests
{
    private static readonly string[] BadNumbers =
    [
        "", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "1.0", "1e3", "1\r", "1\0", "１",
        "9223372036854775808", "18446744073709551615", "18446744073709551616", new('9', 100_000),
    ];

    public static TheoryData<string> Names => new(MessageCases.All.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_valid_message_is_accepted(string name)
    {
        MessageCase c = Case(name);
        Assert.Equal(c.Valid, c.Rewrite(c.Valid));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_refused(string name) => Refused(Case(name), []);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_cut_short_inside_a_line_is_refused(string name)
    {
        MessageCase c = Case(name);
        for (int length = 1; length < c.Valid.Length; length++)
        {
            byte[] cut = c.Valid[..length];
            if (cut[^1] == '\n')
                RefusedOrCanonical(c, cut);
            else
                Refused(c, cut);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_after_the_end_are_refused(string name)
    {
        MessageCase c = Case(name);
        foreach (string tail in (string[])["\n", " ", "x", "x\n", "x=y\n", "\0", "\r\n", "\n\n", "size=1\n"])
            Refused(c, [.. c.Valid, .. Encoding.ASCII.GetBytes(tail)]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Carriage_return_NUL_tab_and_space_are_refused_wherever_they_are_put(string name)
    {
        MessageCase c = Case(name);
        for (int i = 0; i <= c.Valid.Length; i++)
        {
            foreach (byte b in "\r\0\t "u8)
                Refused(c, [.. c.Valid[..i], b, .. c.Valid[i..]]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_line_that_is_missing_doubled_or_out_of_order_is_refused(string name)
    {
        MessageCase c = Case(name);
        string[] lines = Encoding.UTF8.GetString(c.Valid).Split('\n')[..^1];
        for (int i = 0; i < lines.Length; i++)
        {
            bool repeats = c.Repeats.Contains("*") || c.Repeats.Contains(lines[i].Split('=')[0]);
            Action<MessageCase, byte[]> check = repeats ? RefusedOrCanonical : Refused;
            check(c, Join([.. lines[..i], .. lines[(i + 1)..]]));
            check(c, Join([.. lines[..i], lines[i], .. lines[i..]]));
            if (i > 0 && (!repeats || !c.Repeats.Contains(lines[i - 1].Split('=')[0])))
                check(c, Join([.. lines[..(i - 1)], lines[i], lines[i - 1], .. lines[(i + 1)..]]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Keys_and_separators_have_one_spelling(string name)
    {
        MessageCase c = Case(name);
        string text = Encoding.UTF8.GetString(c.Valid);
        foreach (Match key in Key().Matches(text))
        {
            foreach (string other in (string[])[key.Value.ToUpperInvariant(), "", key.Value + "s", key.Value[1..]])
                Refused(c, Encoding.UTF8.GetBytes(text[..key.Index] + other + text[(key.Index + key.Length)..]));
        }

        foreach (Match separator in Separator().Matches(text))
        {
            foreach (string other in (string[])["", "  ", ":", "==", " =", "\t", "=\n"])
            {
                Refused(c, Encoding.UTF8.GetBytes(
                    text[..separator.Index] + other + text[(separator.Index + separator.Length)..]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_have_one_spelling_and_fit_63_bits(string name)
    {
        MessageCase c = Case(name);
        string text = Encoding.UTF8.GetString(c.Valid);
        foreach (Match number in Number().Matches(text))
        {
            foreach (string bad in BadNumbers)
            {
                Refused(c, Encoding.UTF8.GetBytes(
                    text[..number.Index] + bad + text[(number.Index + number.Length)..]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_of_another_size_are_refused(string name)
    {
        MessageCase c = Case(name);
        string text = Encoding.UTF8.GetString(c.Valid);
        // Among signature lines one of another size is of another kind, and passed over.
        Action<MessageCase, byte[]> check = c.Repeats.Contains("*") ? RefusedOrCanonical : Refused;
        foreach (Match value in LongValue().Matches(text))
        {
            string v = value.Value;
            foreach (string bad in (string[])["", v[2..], v[1..], v + "0", v + "00", "0x" + v, "_" + v[1..],
                "=" + v[1..], new string('a', 200_000)])
            {
                check(c, Encoding.UTF8.GetBytes(text[..value.Index] + bad + text[(value.Index + value.Length)..]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Too_many_lines_are_refused(string name)
    {
        MessageCase c = Case(name);
        string[] lines = Encoding.UTF8.GetString(c.Valid).Split('\n')[..^1];
        for (int i = 0; i < lines.Length; i++)
            Refused(c, Join([.. lines[..i], .. Enumerable.Repeat(lines[i], 5000), .. lines[i..]]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Random_changes_never_make_another_spelling_or_another_exception(string name)
    {
        MessageCase c = Case(name);
        Gen<byte> interesting = Gen.Frequency(
            (2, Gen.Byte), (3, Gen.OneOf("0123456789abcdefABCDEF=\n +/\r\0—"u8.ToArray())));
        Gen<(int, int, byte)> change = Gen.Select(Gen.Int[0, c.Valid.Length], Gen.Int[0, 5], interesting);
        change.Array[1, 4].Sample(changes =>
        {
            byte[] bytes = c.Valid;
            foreach ((int at, int kind, byte b) in changes)
                bytes = Change(bytes, Math.Min(at, bytes.Length), kind, b);
            RefusedOrCanonical(c, bytes);
        }, iter: 2000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Random_bytes_are_refused(string name) =>
        Gen.Byte.Array[0, 500].Sample(bytes => Refused(Case(name), bytes), iter: 300);

    private static byte[] Change(byte[] bytes, int at, int kind, byte b) => kind switch
    {
        0 => [.. bytes[..at], b, .. bytes[at..]],
        1 => [.. bytes[..at], .. bytes.Skip(at + 1)],
        2 => [.. bytes[..at], b, .. bytes.Skip(at + 1)],
        3 => bytes[..at],
        4 => [.. bytes[..at], (byte)((at < bytes.Length ? bytes[at] : b) ^ 0x20), .. bytes.Skip(at + 1)],
        _ => [.. bytes[..at], .. bytes[Math.Max(0, at - b)..]],
    };

    private static void Refused(MessageCase c, byte[] input)
    {
        SigsumFormatException error = Assert.Throws<SigsumFormatException>(() => c.Rewrite(input));
        CheckMessage(error.Message);
    }

    private static void RefusedOrCanonical(MessageCase c, byte[] input)
    {
        try
        {
            byte[] written = c.Rewrite(input);
            Assert.Equal(c.Hex ? Encoding.Latin1.GetString(input).ToLowerInvariant() : Encoding.Latin1.GetString(input),
                Encoding.Latin1.GetString(written));
        }
        catch (SigsumFormatException e)
        {
            CheckMessage(e.Message);
        }
    }

    private static void CheckMessage(string message)
    {
        Assert.InRange(message.Length, 10, 160);
        Assert.All(message, c => Assert.InRange(c, ' ', '~'));
    }

    private static MessageCase Case(string name) => MessageCases.All.Single(c => c.Name == name);

    private static byte[] Join(string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    [GeneratedRegex("(?m)^[a-z_]+(?==)|^old(?= )")]
    private static partial Regex Key();

    [GeneratedRegex("(?m)(?<=^[a-z_]+)=|(?<=^[^-\u2014]*[0-9a-f]) | (?=[^ ]*$)")]
    private static partial Regex Separator();

    [GeneratedRegex("(?m)(?<=[= ]|^)[0-9]{1,19}(?= |$)")]
    private static partial Regex Number();

    [GeneratedRegex("(?m)(?<=[= ]|^)[0-9a-zA-Z+/]{43,}={0,2}(?= |$)")]
    private static partial Regex LongValue();
}
