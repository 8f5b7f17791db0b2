using System.Net;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Failover;
using Sigsum.Messages;
using Sigsum.Policy;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Tests.Failover;

/// <summary>What the witnesses say that they have cosigned, and whether those that say nothing could make up a quorum.</summary>
public sealed class WitnessInquiryTests : IDisposable
{
    private const ulong Known = 5;

    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly Ed25519Signer[] _keys = [.. Enumerable.Range(0, 4).Select(_ => Ed25519Signer.Generate())];
    private readonly Script _script = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _script.Dispose();
        _log.Dispose();
        foreach (var key in _keys)
            key.Dispose();
    }

    [Fact]
    public async Task The_largest_size_that_any_witness_names_counts()
    {
        _script["a"] = Cosigned;
        _script["b"] = () => Conflict(9);
        _script["c"] = () => Conflict(7);
        var survey = await AskAsync("group g 2 a b c\nquorum g\n");
        Assert.Equal((9ul, "b", true), (survey.Largest, survey.By, survey.Conclusive));
        Assert.Equal(["a: has cosigned size 5", "b: has cosigned size 9", "c: has cosigned size 7"], survey.Lines);
        _script["b"] = () => Conflict(3);
        _script["c"] = () => Conflict(3);
        survey = await AskAsync("group g 2 a b c\nquorum g\n");
        Assert.Equal((5ul, "a"), (survey.Largest, survey.By));
    }

    [Fact]
    public async Task A_witness_that_does_not_know_the_log_has_answered()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _script[name] = () => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        var survey = await AskAsync("group g 1 a b c\nquorum g\n");
        Assert.Equal((0ul, true), (survey.Largest, survey.Conclusive));
        Assert.All(survey.Lines, line => Assert.EndsWith("does not know this log", line, StringComparison.Ordinal));
    }

    /// <summary>The fourth witness has no address, and is never heard.</summary>
    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(2, 1, false)]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, false)]
    [InlineData(4, 2, true)]
    [InlineData(4, 3, false)]
    public async Task So_many_may_be_silent_as_make_up_no_quorum(int quorum, int silent, bool conclusive)
    {
        Func<Task<HttpResponseMessage>>[] nothing =
        [
            () => throw new HttpRequestException("away"),
            () => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("not you") }),
            () => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("nonsense") }),
        ];
        string[] names = ["a", "b", "c"];
        for (var i = 0; i < 3; i++)
            _script[names[i]] = i < silent ? nothing[i] : Cosigned;
        var survey = await AskAsync($"group g {quorum} a b c d\nquorum g\n");
        Assert.Equal(conclusive, survey.Conclusive);
        Assert.Equal(silent < 3 ? Known : 0, survey.Largest);
        if (silent > 0)
            Assert.StartsWith("a: cannot be asked: ", survey.Lines[0], StringComparison.Ordinal);
        if (silent > 1)
            Assert.StartsWith("b: refused: 403", survey.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_without_a_quorum_proves_nothing()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _script[name] = Cosigned;
        Assert.False((await AskAsync("quorum none\n")).Conclusive);
    }

    private static Task<HttpResponseMessage> Conflict(int size)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.Conflict) { Content = new StringContent($"{size}\n", Encoding.ASCII) };
        answer.Content.Headers.ContentType = new("text/x.tlog.size");
        return Task.FromResult(answer);
    }

    private async Task<HttpResponseMessage> Cosigned()
    {
        var line = await CosignatureLine.CosignAsync(
            Checkpoint.FromSignedTreeHead(await HeadAsync(), _log.PublicKey), "a", _keys[0], 1, Cancel);
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        line.Write(body);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) };
    }

    private async Task<WitnessSurvey> AskAsync(string quorum)
    {
        using var http = new HttpClient(_script, disposeHandler: false);
        var policy = TrustPolicy.Parse(Encoding.ASCII.GetBytes(
            $"witness a {_keys[0].PublicKey} http://a.example\nwitness b {_keys[1].PublicKey} http://b.example\n"
            + $"witness c {_keys[2].PublicKey} http://c.example\nwitness d {_keys[3].PublicKey}\n" + quorum));
        return await new WitnessInquiry(http, new ClientOptions()).AskAsync(policy, await HeadAsync(), _log.PublicKey, Cancel);
    }

    private ValueTask<SignedTreeHead> HeadAsync() => SignedTreeHead.SignAsync(new TreeHead(Known, Hash.Sha256([1])), _log, Cancel);

    /// <summary>Answers in the place of each witness as the test says.</summary>
    private sealed class Script : HttpMessageHandler
    {
        private readonly Dictionary<string, Func<Task<HttpResponseMessage>>> _answers = [];

        public Func<Task<HttpResponseMessage>> this[string name]
        {
            set => _answers[name] = value;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _answers[request.RequestUri!.Host.Split('.')[0]]();
    }
}
