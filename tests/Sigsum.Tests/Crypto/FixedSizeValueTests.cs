using System.Text;
using CsCheck;
using Sigsum.Crypto;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Crypto;

public sealed class HashTextTests() : FixedSizeValueTests<Hash>(
    Hash.Size, bytes => new Hash(bytes), value => value.AsSpan().ToArray(), value => value.ToBase64(),
    Hash.ParseHex, Hash.ParseHex, Hash.ParseBase64, Hash.ParseBase64);

public sealed class PublicKeyTextTests() : FixedSizeValueTests<PublicKey>(
    PublicKey.Size, bytes => new PublicKey(bytes), value => value.AsSpan().ToArray(), value => value.ToBase64(),
    PublicKey.ParseHex, PublicKey.ParseHex, PublicKey.ParseBase64, PublicKey.ParseBase64);

public sealed class SignatureTextTests() : FixedSizeValueTests<Signature>(
    Signature.Size, bytes => new Signature(bytes), value => value.AsSpan().ToArray(), value => value.ToBase64(),
    Signature.ParseHex, Signature.ParseHex, Signature.ParseBase64, Signature.ParseBase64);

/// <summary>What the three values of fixed size promise: bytes in, bytes out, and strict text forms.</summary>
public abstract class FixedSizeValueTests<T>(
    int size,
    FixedSizeValueTests<T>.FromBytes create,
    Func<T, byte[]> toBytes,
    Func<T, string> toBase64,
    FixedSizeValueTests<T>.FromBytes parseHexAscii,
    FixedSizeValueTests<T>.FromChars parseHexText,
    FixedSizeValueTests<T>.FromBytes parseBase64Ascii,
    FixedSizeValueTests<T>.FromChars parseBase64Text)
    where T : struct, IEquatable<T>
{
    private readonly byte[] _sample = [.. Enumerable.Range(0, size).Select(i => (byte)(0xfb - i))];

    public delegate T FromBytes(ReadOnlySpan<byte> bytes);

    public delegate T FromChars(ReadOnlySpan<char> text);

    [Fact]
    public void Bytes_and_texts_round_trip() =>
        Gen.Byte.Array[size].Sample(bytes =>
        {
            T value = create(bytes);
            string hex = Convert.ToHexStringLower(bytes);
            string base64 = Convert.ToBase64String(bytes);
            Assert.Equal(bytes, toBytes(value));
            Assert.Equal(hex, value.ToString());
            Assert.Equal(base64, toBase64(value));
            AssertHex(value, hex);
            AssertHex(value, hex.ToUpperInvariant());
            Assert.Equal(value, parseBase64Ascii(Encoding.ASCII.GetBytes(base64)));
            Assert.Equal(value, parseBase64Text(base64));
        });

    [Fact]
    public void Values_are_equal_if_and_only_if_every_byte_is()
    {
        T value = create(_sample);
        Assert.Equal(value, create(_sample));
        Assert.Equal(value.GetHashCode(), create(_sample).GetHashCode());
        Assert.False(value.Equals((object?)"other"));
        Assert.Equal(create(new byte[size]), default);
        for (int i = 0; i < size; i++)
        {
            byte[] other = [.. _sample];
            other[i] ^= 0x80;
            Assert.NotEqual(value, create(other));
            Assert.False(value.Equals((object)create(other)));
            Assert.NotEqual(value.GetHashCode(), create(other).GetHashCode());
        }
    }

    [Fact]
    public void The_bytes_are_copied()
    {
        byte[] source = [.. _sample];
        T value = create(source);
        source[0] ^= 1;
        Assert.Equal(_sample, toBytes(value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    public void Another_number_of_bytes_is_refused(int difference) =>
        Assert.Throws<ArgumentException>(() => create(new byte[difference == 0 ? 0 : size + difference]));

    [Fact]
    public void Hex_of_another_length_is_refused()
    {
        string hex = Convert.ToHexStringLower(_sample);
        RefusesHex("");
        RefusesHex(hex[..^1]);
        RefusesHex(hex[..^2]);
        RefusesHex(hex + "0");
        RefusesHex(hex + "00");
        RefusesHex(hex + "\n");
        RefusesHex(hex + "\0");
        RefusesHex(" " + hex);
        RefusesHex("0x" + hex);
        RefusesHex(new string('a', 100_000));
    }

    [Theory]
    [InlineData("g")]
    [InlineData("G")]
    [InlineData("`")]
    [InlineData("@")]
    [InlineData(":")]
    [InlineData("/")]
    [InlineData("\0")]
    [InlineData("\r")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("-")]
    [InlineData("\u0661")] // ARABIC-INDIC DIGIT ONE
    [InlineData("\uff11")] // FULLWIDTH DIGIT ONE
    [InlineData("\u0131")] // whose low byte is the digit one
    public void Hex_with_anything_but_a_hex_digit_is_refused(string stranger)
    {
        string hex = Convert.ToHexStringLower(_sample);
        foreach (int position in (int[])[0, 1, size, hex.Length - 1])
        {
            RefusesHex(hex[..position] + stranger + hex[(position + 1)..]);
        }
    }

    [Fact]
    public void Base64_of_another_length_is_refused()
    {
        string base64 = Convert.ToBase64String(_sample);
        RefusesBase64("");
        RefusesBase64(base64[..^1]);
        RefusesBase64(base64.TrimEnd('='));
        RefusesBase64(base64 + "=");
        RefusesBase64(base64 + "\n");
        RefusesBase64("\r\n" + base64);
        RefusesBase64(" " + base64);
        RefusesBase64(base64 + "\0");
        RefusesBase64(Convert.ToBase64String(_sample[1..]));
        RefusesBase64(Convert.ToBase64String([.. _sample, 0]));
        RefusesBase64(new string('A', 100_000));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("_")]
    [InlineData("=")]
    [InlineData("\0")]
    [InlineData("\r")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("\u0661")]
    [InlineData("\uff21")] // FULLWIDTH LATIN CAPITAL LETTER A
    [InlineData("\u0141")] // whose low byte is the letter A
    public void Base64_with_a_character_outside_of_its_alphabet_is_refused(string stranger)
    {
        string base64 = Convert.ToBase64String(_sample);
        foreach (int position in (int[])[0, 1, size, base64.Length - 3])
        {
            RefusesBase64(base64[..position] + stranger + base64[(position + 1)..]);
        }
    }

    [Fact]
    public void Base64_that_is_split_by_white_space_is_refused()
    {
        string base64 = Convert.ToBase64String(_sample);
        foreach (string space in (string[])[" ", "\t", "\r", "\n", "\r\n"])
        {
            RefusesBase64(base64[..4] + space + base64[4..]);
            RefusesBase64((base64[..4] + space + base64[4..])[..base64.Length]);
        }
    }

    [Fact]
    public void Base64_has_one_spelling_only()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        string base64 = Convert.ToBase64String(_sample);
        int last = base64.IndexOf('=') - 1;
        int accepted = alphabet.Count(letter => Accepts(base64[..last] + letter + base64[(last + 1)..]));

        // 32 bytes leave 2 unused bits in the last letter, 64 bytes leave 4: each value of the used ones is right once.
        Assert.Equal(size == 32 ? 16 : 4, accepted);

        bool Accepts(string text)
        {
            try
            {
                Assert.Equal(text, toBase64(parseBase64Text(text)));
                return true;
            }
            catch (SigsumFormatException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xb1)] // the digit one with its top bit set
    [InlineData(0xe1)] // the letter a with its top bit set
    [InlineData(0xff)]
    public void Bytes_that_are_not_ascii_are_refused(byte stranger)
    {
        byte[] hex = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(_sample));
        byte[] base64 = Encoding.ASCII.GetBytes(Convert.ToBase64String(_sample));
        hex[5] = base64[5] = stranger;
        Assert.Throws<SigsumFormatException>(() => parseHexAscii(hex));
        Assert.Throws<SigsumFormatException>(() => parseBase64Ascii(base64));
    }

    private void AssertHex(T expected, string hex)
    {
        Assert.Equal(expected, parseHexAscii(Encoding.ASCII.GetBytes(hex)));
        Assert.Equal(expected, parseHexText(hex));
    }

    private void RefusesHex(string text)
    {
        Assert.Throws<SigsumFormatException>(() => parseHexText(text));
        Assert.Throws<SigsumFormatException>(() => parseHexAscii(Encoding.UTF8.GetBytes(text)));
    }

    private void RefusesBase64(string text)
    {
        Assert.Throws<SigsumFormatException>(() => parseBase64Text(text));
        Assert.Throws<SigsumFormatException>(() => parseBase64Ascii(Encoding.UTF8.GetBytes(text)));
    }
}
