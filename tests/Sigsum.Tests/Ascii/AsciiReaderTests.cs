using System.Buffers;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Tests.Ascii;

public sealed class AsciiReaderTests
{
    [Fact]
    public void Lines_are_read_in_order()
    {
        var writer = new ArrayBufferWriter<byte>();
        Hash hash = Hash.Sha256("x"u8);
        writer.WriteLine("size"u8, 7);
        writer.WriteLine("hash"u8, hash);
        writer.WriteEmptyLine();
        writer.WriteLine("key"u8, new PublicKey(hash.AsSpan()));
        Assert.Equal(
            $"size=7\nhash={hash}\n\nkey={hash}\n", Encoding.ASCII.GetString(writer.WrittenSpan));

        var reader = new AsciiReader(writer.WrittenSpan);
        Assert.Equal(7UL, reader.ReadUInt64("size"u8));
        Assert.Equal(hash, reader.ReadHash("hash"u8));
        Assert.True(reader.TryReadEmptyLine());
        Assert.False(reader.TryReadEmptyLine());
        Assert.Equal(new PublicKey(hash.AsSpan()), reader.ReadPublicKey("key"u8));
        Assert.Equal(4, reader.LineNumber);
        Assert.True(reader.AtEnd);
        reader.ExpectEnd();
    }

    [Theory]
    [InlineData("", "line 1: expected \"size=...\", found the end")]
    [InlineData("\n", "line 1: expected \"size=...\", found an empty line")]
    [InlineData("size=1", "line 1: expected \"size=...\", found a line that does not end in a newline")]
    [InlineData("Size=1\n", "line 1: expected \"size=...\", found another line")]
    [InlineData("size\n", "line 1: expected \"size=...\", found another line")]
    [InlineData("siz\n=1\n", "line 1: expected \"size=...\", found another line")]
    [InlineData("size =1\n", "line 1: expected \"size=...\", found another line")]
    [InlineData(" size=1\n", "line 1: expected \"size=...\", found another line")]
    [InlineData("sizes=1\n", "line 1: expected \"size=...\", found another line")]
    [InlineData("\r\nsize=1\n", "line 1: expected \"size=...\", found another line")]
    [InlineData("size=1\r\n", "line 1: the value of \"size\" must be " + Decimal63.Expectation)]
    [InlineData("size==1\n", "line 1: the value of \"size\" must be " + Decimal63.Expectation)]
    [InlineData("size=\n", "line 1: the value of \"size\" must be " + Decimal63.Expectation)]
    public void What_is_wrong_is_said_in_one_line(string input, string message)
    {
        SigsumFormatException error = Assert.Throws<SigsumFormatException>(() =>
        {
            var reader = new AsciiReader(Encoding.UTF8.GetBytes(input));
            reader.ReadUInt64("size"u8);
        });
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("v=1 2\n", true)]
    [InlineData("v=1\n", false)]
    [InlineData("v=1 2 3\n", false)]
    [InlineData("v=1  2\n", false)]
    [InlineData("v= 1 2\n", false)]
    [InlineData("v=1 2 \n", false)]
    [InlineData("v=1\t2\n", false)]
    public void Fields_have_one_space_between_them(string input, bool accepted)
    {
        void Read()
        {
            var reader = new AsciiReader(Encoding.UTF8.GetBytes(input));
            AsciiValues values = reader.ReadValues("v"u8, 2);
            Assert.Equal(1UL, values.ReadUInt64("first"));
            Assert.Equal(2UL, values.ReadUInt64("second"));
        }

        if (accepted)
            Read();
        else
            Assert.Throws<SigsumFormatException>(Read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=b c\r")]
    public void Text_is_kept_as_it_is(string text)
    {
        var writer = new ArrayBufferWriter<byte>();
        writer.WriteText("v"u8, Encoding.UTF8.GetBytes(text));
        var reader = new AsciiReader(writer.WrittenSpan);
        Assert.Equal(text, Encoding.UTF8.GetString(reader.ReadText("v"u8)));
        reader.ExpectEnd();
        Assert.Throws<ArgumentException>(() => writer.WriteText("v"u8, "a\nb=c"u8));
    }

    [Fact]
    public void Data_after_the_end_is_an_error() => Assert.Throws<SigsumFormatException>(() =>
    {
        var reader = new AsciiReader("v=1\n\n"u8);
        reader.ReadUInt64("v"u8);
        reader.ExpectEnd();
    });
}
