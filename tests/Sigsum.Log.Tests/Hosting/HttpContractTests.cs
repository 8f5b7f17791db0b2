using System.Net;
using System.Text;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>What every wrong request is answered with: the right status, one line, a Cache-Control, nothing stored.</summary>
public sealed class HttpContractTests
{
    private static readonly string Hex32 = new('a', 64);
    private static readonly string Hex64 = new('b', 128);

    public static TheoryData<string, string, int> WrongGets => new()
    {
        { "GET", "get-inclusion-proof/0/" + Hex32, 400 },
        { "GET", "get-inclusion-proof/1/" + Hex32, 400 },
        { "GET", "get-inclusion-proof/3/" + Hex32, 400 },
        { "GET", "get-inclusion-proof/2/" + Hex32, 404 },
        { "GET", "get-inclusion-proof/02/" + Hex32, 400 },
        { "GET", "get-inclusion-proof/+2/" + Hex32, 400 },
        { "GET", "get-inclusion-proof/2/" + Hex32[..63], 400 },
        { "GET", "get-inclusion-proof/2/" + Hex32 + "0", 400 },
        { "GET", "get-inclusion-proof/2/" + Hex32 + "/x", 400 },
        { "GET", "get-inclusion-proof/2", 400 },
        { "GET", "get-inclusion-proof/", 400 },
        { "GET", "get-consistency-proof/0/2", 400 },
        { "GET", "get-consistency-proof/2/2", 400 },
        { "GET", "get-consistency-proof/2/1", 400 },
        { "GET", "get-consistency-proof/1/3", 400 },
        { "GET", "get-consistency-proof/1/9223372036854775807", 400 },
        { "GET", "get-consistency-proof/1/9223372036854775808", 400 },
        { "GET", "get-consistency-proof/1/18446744073709551616", 400 },
        { "GET", "get-consistency-proof//2", 400 },
        { "GET", "get-leaves/0/0", 400 },
        { "GET", "get-leaves/1/0", 400 },
        { "GET", "get-leaves/0/3", 400 },
        { "GET", "get-leaves/2/3", 400 },
        { "GET", "get-leaves/-1/1", 400 },
        { "GET", "get-leaves/0/1%0d", 400 },
        { "GET", "get-leaves/%E0%A5%A6/1", 400 },
        { "GET", "get-leaves/0x0/1", 400 },
        { "GET", "get-tree-head/", 404 },
        { "GET", "get-tree-head/x", 404 },
        { "GET", "Get-Tree-Head", 404 },
        { "GET", "get-secondary-tree-head", 404 },
        { "GET", "metrics", 404 },
        { "GET", "readyz", 404 },
        { "GET", "nothing", 404 },
        { "GET", "add-leaf", 405 },
        { "POST", "get-tree-head", 405 },
        { "DELETE", "get-leaves/0/1", 405 },
        { "PUT", "add-leaf", 405 },
    };

    public static TheoryData<string, string, int> WrongLeaves => new()
    {
        { "empty", "", 400 },
        { "not ascii", "message=\u00e9\n", 400 },
        { "short message", $"message={Hex32[..62]}\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "long message", $"message={Hex32}aa\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "odd hex", $"message={Hex32[..63]}\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "no last newline", $"message={Hex32}\nsignature={Hex64}\npublic_key={Hex32}", 400 },
        { "carriage return", $"message={Hex32}\r\nsignature={Hex64}\r\npublic_key={Hex32}\r\n", 400 },
        { "nul", $"message={Hex32}\0\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "wrong order", $"signature={Hex64}\nmessage={Hex32}\npublic_key={Hex32}\n", 400 },
        { "missing key", $"message={Hex32}\nsignature={Hex64}\n", 400 },
        { "twice", $"message={Hex32}\nmessage={Hex32}\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "trailing line", $"message={Hex32}\nsignature={Hex64}\npublic_key={Hex32}\nx=1\n", 400 },
        { "trailing empty line", $"message={Hex32}\nsignature={Hex64}\npublic_key={Hex32}\n\n", 400 },
        { "space", $"message= {Hex32}\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "upper case key", $"MESSAGE={Hex32}\nsignature={Hex64}\npublic_key={Hex32}\n", 400 },
        { "bad signature", $"message={Hex32}\nsignature={Hex64}\npublic_key={Hex32}\n", 403 },
        { "oversized", new string('x', 100_000), 413 },
    };

    [Fact]
    public async Task Wrong_requests_get_a_status_and_one_line_and_store_nothing()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        await log.CommitAsync(1);
        await log.CommitAsync(2);
        var before = await log.PublishedAsync(2);

        var failures = new List<string>();
        foreach (var (method, path, status) in WrongGets.Select(row => row.Data))
            await CheckAsync(log, new HttpRequestMessage(new HttpMethod(method), Raw(log, path)), status, failures);
        foreach (var (name, body, status) in WrongLeaves.Select(row => row.Data))
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, Raw(log, "add-leaf"))
            {
                Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)),
            };
            await CheckAsync(log, post, status, failures, name);
        }

        Assert.Empty(failures);
        Assert.Equal(2ul, log.Primary!.LocalTree.Size);
        Assert.Equal(before.SignedTreeHead, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead);
    }

    [Fact]
    public async Task A_path_with_a_nul_does_not_reach_the_log()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        using var answer = await log.Http.GetAsync(Raw(log, "get-leaves/0/1%00"), TestLog.Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Head_is_answered_like_get_without_a_body()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with { Secondaries = [], NoSecondary = true });
        await log.CommitAsync(1);
        await log.CommitAsync(2);
        await log.PublishedAsync(2);
        foreach (var path in new[] { "", "get-tree-head", "get-leaves/0/2", "get-consistency-proof/1/2" })
        {
            using var head = await log.Http.SendAsync(
                new HttpRequestMessage(HttpMethod.Head, new Uri(log.ExternalUrl, path)), TestLog.Cancel);
            using var get = await log.Http.GetAsync(new Uri(log.ExternalUrl, path), TestLog.Cancel);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestLog.Cancel));
            Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            Assert.Equal((await get.Content.ReadAsByteArrayAsync(TestLog.Cancel)).Length, get.Content.Headers.ContentLength);
            Assert.NotNull(get.Headers.CacheControl);
        }
    }

    [Fact]
    public async Task A_prefix_stands_before_every_endpoint()
    {
        await using var log = new TestLog();
        await log.StartPrimaryAsync(o => o with
        {
            Secondaries = [],
            NoSecondary = true,
            Node = o.Node with { UrlPrefix = "a/b" },
        });
        foreach (var (path, status) in new[]
                 {
                     ("a/b/get-tree-head", 200), ("a/b/", 200), ("", 200), ("get-tree-head", 404), ("a/get-tree-head", 404),
                     ("a/bget-tree-head", 404), ("a/b//get-tree-head", 404),
                 })
        {
            using var answer = await log.Http.GetAsync(Raw(log, path), TestLog.Cancel);
            Assert.Equal((path, status), (path, (int)answer.StatusCode));
        }
    }

    private static Uri Raw(TestLog log, string path) => new(
        log.ExternalUrl + path,
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static async Task CheckAsync(
        TestLog log, HttpRequestMessage request, int status, List<string> failures, string? name = null)
    {
        using var answer = await log.Http.SendAsync(request, TestLog.Cancel);
        var text = await answer.Content.ReadAsStringAsync(TestLog.Cancel);
        var what = $"{request.Method} {request.RequestUri} {name}: {(int)answer.StatusCode} {text}";
        if ((int)answer.StatusCode != status)
            failures.Add($"{what} instead of {status}");
        if (text.Count(c => c == '\n') != 1 || !text.EndsWith('\n') || text.Any(c => c != '\n' && char.IsControl(c)))
            failures.Add($"{what} is not one line");
        if (text.Contains("Exception", StringComparison.Ordinal) || text.Contains("   at ", StringComparison.Ordinal))
            failures.Add($"{what} tells internals");
        if (answer.Headers.CacheControl?.NoStore != true)
            failures.Add($"{what} may be stored by caches");
        if (status == 405 && answer.Content.Headers.Allow.Count == 0)
            failures.Add($"{what} has no Allow");
    }
}
