using System.Text;
using Sigsum.Log.Signing.Pkcs11;

namespace Sigsum.Log.Tests.Signing;

/// <summary>What of RFC 7512 is read, and that nothing is passed over.</summary>
public sealed class Pkcs11UriTests
{
    private const string Module = "?module-path=/lib/m.so";

    [Fact]
    public void Every_attribute_is_read()
    {
        var uri = Pkcs11Uri.Parse(
            "pkcs11:token=The%20log;manufacturer=M&M;model=v2;serial=0a1b;slot-id=7;object=k%C3%A9y;id=%01%ff;type=private"
            + "?module-path=/opt/m%3b1.so&pin-source=file:/etc/pin");
        Assert.Equal("The log", uri.Token["token"]);
        Assert.Equal("M&M", uri.Token["manufacturer"]);
        Assert.Equal("v2", uri.Token["model"]);
        Assert.Equal("0a1b", uri.Token["serial"]);
        Assert.Equal(7UL, uri.SlotId);
        Assert.Equal("kéy", uri.Object);
        Assert.Equal([0x01, 0xff], uri.Id);
        Assert.Equal("/opt/m;1.so", uri.ModulePath);
        Assert.Null(uri.ModuleName);
        Assert.Equal("/etc/pin", uri.PinFile);
    }

    [Fact]
    public void What_is_not_written_is_not_asked_for()
    {
        var uri = Pkcs11Uri.Parse("pkcs11:id=a?module-name=softhsm2");
        Assert.Empty(uri.Token);
        Assert.Null(uri.SlotId);
        Assert.Null(uri.Object);
        Assert.Equal("a"u8.ToArray(), uri.Id);
        Assert.Equal("softhsm2", uri.ModuleName);
        Assert.Null(uri.PinFile);
    }

    [Theory]
    [InlineData("pkcs11:object=k?module-path=/m.so&pin-source=/etc/pin")]
    [InlineData("pkcs11:object=k?module-path=/m.so&pin-source=file:/etc/pin")]
    [InlineData("pkcs11:object=k?module-path=/m.so&pin-source=file:///etc/pin")]
    public void A_PIN_file_is_a_path_or_a_file_URI(string text) => Assert.Equal("/etc/pin", Pkcs11Uri.Parse(text).PinFile);

    [Theory]
    [InlineData("pkcs11:object=k;colour=red" + Module, "'colour' is not known")]
    [InlineData("pkcs11:Object=k" + Module, "'Object' is not known")]
    [InlineData("pkcs11:object=k;library-version=3" + Module, "is not known")]
    [InlineData("pkcs11:object=k" + Module + "&colour=red", "'colour' is not known")]
    [InlineData("pkcs11:object=k;module-path=/m.so", "module-path belongs behind a '?'")]
    [InlineData("pkcs11:object=k;module-name=m", "module-name belongs behind a '?'")]
    [InlineData("pkcs11:object=k;pin-source=/p" + Module, "pin-source belongs behind a '?'")]
    [InlineData("pkcs11:object=k;pin-value=1" + Module, "pin-value belongs behind a '?'")]
    [InlineData("pkcs11:object=k" + Module + "&pin-value=1", "pin-value shows the PIN to everybody")]
    [InlineData("pkcs11:object=k;x-y%07=1" + Module, "'x-y?07' is not known")]
    [InlineData("pkcs11:object=k;a123456789b123456789c123456789d1=1" + Module, "'a123456789b123456789c123456789d1' is not known")]
    [InlineData("pkcs11:object=k;a123456789b123456789c123456789d12=1" + Module, "'a123456789b123456789c123456789d1' is not known")]
    [InlineData("pkcs12:object=k" + Module, "expected pkcs11:")]
    [InlineData("pkcs11:object=k%00" + Module, "control characters")]
    [InlineData("pkcs11:object=k" + Module + "&token=t", "'token' is not known behind")]
    [InlineData("pkcs11:object=k;object=k" + Module, "object is there twice")]
    [InlineData("pkcs11:object=" + Module, "object is empty")]
    [InlineData("pkcs11:object=k;" + Module, "expected NAME=VALUE")]
    [InlineData("pkcs11:object" + Module, "expected NAME=VALUE")]
    [InlineData("pkcs11:=k" + Module, "expected NAME=VALUE")]
    [InlineData("pkcs11:object=a b" + Module, "the character at 2 has to be written as % and two hex digits, a space as %20")]
    [InlineData("pkcs11:object=é" + Module, "two hex digits")]
    [InlineData("pkcs11:object=a/b" + Module, "two hex digits")]
    [InlineData("pkcs11:object=a%2" + Module, "two hex digits")]
    [InlineData("pkcs11:object=a%zz" + Module, "two hex digits")]
    [InlineData("pkcs11:object=%+1" + Module, "two hex digits")]
    [InlineData("pkcs11:object=%ff" + Module, "not UTF-8")]
    [InlineData("pkcs11:object=%00" + Module, "control characters")]
    [InlineData("pkcs11:object=k;type=public" + Module, "type must be private")]
    [InlineData("pkcs11:object=k;slot-id=-1" + Module, "slot-id must be a whole number")]
    [InlineData("pkcs11:token=t" + Module, "names no key")]
    [InlineData("pkcs11:" + Module, "names no key")]
    [InlineData("pkcs11:object=k", "module-path")]
    [InlineData("pkcs11:object=k?", "module-path")]
    [InlineData("pkcs11:object=k?module-path=m.so", "absolute")]
    [InlineData("pkcs11:object=k?module-name=/m.so", "without directory")]
    [InlineData("pkcs11:object=k?module-path=/m.so&module-name=m", "one of module-path and module-name")]
    [InlineData("pkcs11:object=k" + Module + "&pin-source=%7c/bin/pin", "programs are not run")]
    [InlineData("pkcs11:object=k" + Module + "&pin-source=|/bin/pin", "programs are not run")]
    [InlineData("pkcs11:object=k" + Module + "&pin-source=pin", "absolute path")]
    public void Everything_else_is_an_error_that_says_what_is_wrong(string text, string error) =>
        Assert.Contains(error, Failure(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("pkcs11:object=k" + Module + "&pin-value=secret17")]
    [InlineData("pkcs11:object=k;pin-value=secret17" + Module)]
    [InlineData("pkcs11:object=k" + Module + "&pin-value=x&secret17")]
    [InlineData("pkcs11:object=k;secret17" + Module)]
    public void A_PIN_in_the_URI_is_refused_and_never_told_back(string text) =>
        Assert.DoesNotContain("secret17", Failure(text), StringComparison.Ordinal);

    [Fact]
    public void A_URI_has_a_longest_length()
    {
        string longest = "pkcs11:" + Module;
        longest = longest.Replace("pkcs11:", "pkcs11:object=" + new string('k', Pkcs11Uri.MaxLength - longest.Length - 7),
            StringComparison.Ordinal);
        Assert.Equal(Pkcs11Uri.MaxLength, longest.Length);
        Pkcs11Uri.Parse(longest);
        Assert.Contains("longer", Failure(longest + "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Points_are_read_with_and_without_their_DER_wrapping()
    {
        byte[] point = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        Assert.Equal(point, TokenKeyFinder.ReadPoint(point)!.Value.AsSpan().ToArray());
        Assert.Equal(point, TokenKeyFinder.ReadPoint([0x04, 0x20, .. point])!.Value.AsSpan().ToArray());
        Assert.Null(TokenKeyFinder.ReadPoint([]));
        Assert.Null(TokenKeyFinder.ReadPoint([0x04, 0x21, .. point, 0]));
        Assert.Null(TokenKeyFinder.ReadPoint([0x03, 0x20, .. point]));
        Assert.Null(TokenKeyFinder.ReadPoint([.. point, 1]));
        Assert.Null(TokenKeyFinder.ReadPoint(Encoding.ASCII.GetBytes("0420")));
    }

    private static string Failure(string text) =>
        Assert.Throws<SigsumFormatException>(() => Pkcs11Uri.Parse(text)).Message;
}
