using Microsoft.AspNetCore.Http;
using Sigsum.Log.Http;

namespace Sigsum.Log.Tests.Http;

/// <summary>How long a request may be held, whatever it asks for.</summary>
public sealed class HoldRequestTests
{
    [Theory]
    [InlineData("wait=1", 1)]
    [InlineData("Wait=1", 1)]
    [InlineData("respond-async; wait=29", 29)]
    [InlineData("a,b;c, wait=007", 7)]
    [InlineData("wait=30", 30)]
    [InlineData("wait=31", 30)]
    [InlineData("wait=4294967295", 30)]
    [InlineData("wait=4294967296", 30)]
    [InlineData("wait=99999999999999999999999999", 30)]
    [InlineData("wait=0", 0)]
    [InlineData("wait=-1", 0)]
    [InlineData("wait=+1", 0)]
    [InlineData("wait=1.5", 0)]
    [InlineData("wait=1e3", 0)]
    [InlineData("wait=", 0)]
    [InlineData("wait", 0)]
    [InlineData("await=5", 0)]
    [InlineData("wait=\u0661", 0)]
    [InlineData(",;,;", 0)]
    [InlineData("", 0)]
    public void Seconds_are_digits_and_at_most_30(string preference, int seconds)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["Prefer"] = preference;
        Assert.Equal(TimeSpan.FromSeconds(seconds), HoldRequest.Read(context.Request));
    }
}
