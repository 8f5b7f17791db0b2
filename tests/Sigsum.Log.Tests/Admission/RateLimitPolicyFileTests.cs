using Microsoft.Extensions.Time.Testing;
using Sigsum.Log.Admission;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Admission;

public sealed class RateLimitPolicyFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_suffix_list_that_the_file_names_is_read()
    {
        string list = _directory.Write("list.dat", "org\n");
        var rules = new RateLimitPolicyFile(_directory.Write("limits", $"public {list} 5\n"), false).Load();
        Assert.Equal(
            new AppliedLimit(LimitKind.Public, "a.org", 5), rules.Find(DomainName.Parse("b.a.org"), Limits.Key1, out _));
    }

    [Fact]
    public void A_list_for_a_limit_of_zero_need_not_be_there() =>
        new RateLimitPolicyFile(_directory.Write("limits", "public /no/such/file 0\n"), false).Load();

    [Theory]
    [InlineData(null, "limits: cannot be read")]
    [InlineData("public /no/such/list 5\n", "/no/such/list: cannot be read")]
    [InlineData("nonsense\n", "limits: line 1: unknown keyword")]
    public void What_cannot_be_read_is_named(string? content, string problem)
    {
        string path = content is null ? _directory.PathOf("limits") : _directory.Write("limits", content);
        var exception = Assert.Throws<RateLimitFileException>(() => new RateLimitPolicyFile(path, false).Load());
        Assert.Contains(problem, Assert.Single(exception.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_not_a_file() => Assert.Throws<RateLimitFileException>(
        () => new RateLimitPolicyFile(_directory.FullName, false).Load());

    [Fact]
    public void Reloading_swaps_limits_and_list_and_keeps_the_counts()
    {
        string list = _directory.Write("list.dat", "org\n");
        var file = new RateLimitPolicyFile(_directory.Write("limits", $"public {list} 2\n"), false);
        var limiter = new RateLimiter(file.Load(), [], _time);
        Assert.Equal(2, Admit(limiter, "a.org"));
        Assert.Equal(0, Admit(limiter, "a.net"));

        _directory.Write("limits", $"public {list} 3\n");
        _directory.Write("list.dat", "org\nnet\n");
        Assert.True(file.TryReload(limiter, out _));
        Assert.Equal(1, Admit(limiter, "a.org"));
        Assert.Equal(3, Admit(limiter, "a.net"));
    }

    [Theory]
    [InlineData("limits", "public list.dat x\n")]
    [InlineData("list.dat", "not a list\n*\n")]
    public void A_failed_reload_changes_nothing(string broken, string content)
    {
        string list = _directory.Write("list.dat", "org\n");
        var file = new RateLimitPolicyFile(_directory.Write("limits", $"public {list} 2\n"), false);
        var limiter = new RateLimiter(file.Load(), [], _time);
        _directory.Write(broken, content);
        Assert.False(file.TryReload(limiter, out var error));
        Assert.Contains(broken + ": line ", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, Admit(limiter, "a.org"));
    }

    private static int Admit(RateLimiter limiter, string domain)
    {
        int added = 0;
        for (; limiter.TryReserve(domain, Limits.Key1, out _) is { } reservation; added++)
            reservation.Confirm();
        return added;
    }
}
