using System.Net;
using Sigsum.Log.Peers.Tests.Instance;
using Sigsum.Testing;

namespace Sigsum.Log.Peers.Tests;

/// <summary>A rate-limited log, submit tokens made by Debian's programs, and their key in a real DNS server.</summary>
public sealed class SubmitTokenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_domain_submits_with_tokens_up_to_its_limit_and_nobody_else_does()
    {
        PeerPrograms peers = await PeerPrograms.RequireAsync(Cancellation);
        using TempDirectory keys = new();
        TestKey domainKey = await TestKey.GenerateAsync(peers, keys, "domain", Cancellation);
        TestKey submitter = await TestKey.GenerateAsync(peers, keys, "submitter", Cancellation);
        await using DnsServer dns = await DnsServer.StartAsync(
            DnsServer.Txt("_sigsum_v1.build.example.test", await RecordAsync(peers, domainKey)));
        LogSetup setup = new()
        {
            Primary = ServerKind.Ours,
            Secondary = ServerKind.Ours,
            Files = LogSetup.File("limits", "domain example.test 2\n"),
            PrimaryArguments = ["--rate-limit-file={dir}/limits", $"--dns-server={dns.Endpoint}"],
        };
        await using LogInstance log = await LogInstance.StartAsync(peers, setup, Cancellation);
        SigsumTools tools = new(peers, log);
        string[] asDomain = ["-a", domainKey.PrivateFile, "-d", "build.example.test"];

        // Submitted again and again until committed, a leaf counts once.
        string proof = await tools.SubmitAsync(submitter, "one\n", Cancellation, asDomain);
        (await tools.VerifyAsync(submitter, "one\n", proof, Cancellation)).Succeeded();
        await tools.SubmitAsync(submitter, "two\n", Cancellation, asDomain);

        string token = await TokenAsync(peers, domainKey, log.Key);
        string stranger = await TokenAsync(peers, submitter, log.Key);
        string three = await tools.MakeRequestAsync(submitter, "three\n", Cancellation);
        string one = await tools.MakeRequestAsync(submitter, "one\n", Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, await AddAsync(log, three, token));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AddAsync(log, three, null));
        Assert.Equal(HttpStatusCode.BadRequest, await AddAsync(log, three, stranger));
        Assert.Equal(HttpStatusCode.OK, await AddAsync(log, one, token));
    }

    /// <summary>The text of the TXT record, out of the zone file line that sigsum-token prints.</summary>
    private static async Task<string> RecordAsync(PeerPrograms peers, TestKey key)
    {
        ProgramResult result = await ProgramProcess.RunAsync(
            peers["sigsum-token"], ["record", "-k", key.PublicFile], Cancellation);
        return result.Succeeded().Output.Split('"')[1];
    }

    /// <summary>The value of the header for build.example.test.</summary>
    private static async Task<string> TokenAsync(PeerPrograms peers, TestKey key, TestKey logKey)
    {
        string[] arguments = ["create", "-k", key.PrivateFile, "-l", logKey.PublicFile, "-d", "build.example.test"];
        ProgramResult result = await ProgramProcess.RunAsync(peers["sigsum-token"], arguments, Cancellation);
        return result.Succeeded().Output.Split(':', 2)[1].Trim();
    }

    private static async Task<HttpStatusCode> AddAsync(LogInstance log, string body, string? token)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(log.Primary.Url, "add-leaf"))
        {
            Content = new StringContent(body),
        };
        if (token is not null)
            request.Headers.Add("sigsum-token", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
