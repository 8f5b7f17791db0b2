using Sigsum.Log.Hosting;

namespace Sigsum.Log.Cli.Tests.Options;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("localhost:6965", "localhost", 6965)]
    [InlineData("192.0.2.1:80", "192.0.2.1", 80)]
    [InlineData("[::1]:1234", "::1", 1234)]
    [InlineData("[2001:db8::5]:65535", "2001:db8::5", 65535)]
    [InlineData(":6965", "", 6965)]
    [InlineData("log.example.org:0", "log.example.org", 0)]
    public void Reads_and_writes_addresses(string text, string host, int port)
    {
        Assert.True(HostPort.TryParse(text, out var value, out _));
        Assert.Equal(new HostPort(host, port), value);
        Assert.Equal(text, value.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("localhost:")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:-1")]
    [InlineData("localhost:+1")]
    [InlineData("localhost: 1")]
    [InlineData("localhost:http")]
    [InlineData("::1:1234")]
    [InlineData("[::1]")]
    [InlineData("[localhost]:1")]
    [InlineData("a b:1")]
    [InlineData("http://localhost:1")]
    public void Refuses_the_rest(string? text)
    {
        Assert.False(HostPort.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }
}
