using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Replication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Log.Tests.Pipeline;
using Sigsum.Log.Tests.Storage;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Signing;

/// <summary>When a tree is signed that the secondaries hold, and when it is not.</summary>
public sealed class CommitterTests : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly WatchedTime _time = new();
    private readonly NodeServices _services;
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();
    private readonly LostKey _agent;
    private readonly PrimaryRole _role = new();
    private readonly Signal _changed = new();
    private readonly Watermark _signed = new(0);
    private readonly MemoryLogStore _tree = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));
    private readonly TreeAppender _appender;
    private readonly ReplicationGate _gate;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
    private Task _running = Task.CompletedTask;

    public CommitterTests()
    {
        _services = NodeServices.Create(_time, NullLoggerFactory.Instance);
        _agent = new LostKey(_key);
        _appender = TreeAppender.Restore(_tree);
        _gate = new ReplicationGate(_tree, 1, 1, () => null, () => true, _changed, () => { });
        _appender.Append(_tree, 3);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SthFile Sth => new(_folder.PathOf("sth"), HostDisk.Instance);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
        _role.Dispose();
        _key.Dispose();
        _tree.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Whatever_the_secondaries_hold_is_signed_as_soon_as_they_do()
    {
        Start();
        Assert.True(_services.Health.Readiness().Ok);
        Assert.False(Sth.Exists);
        await SignedAsync(2);
        await SignedAsync(3);
    }

    [Fact]
    public async Task Nothing_smaller_than_the_minimum_is_signed()
    {
        _gate.Acknowledge(0, Head(2));
        Start(minimum: 3);
        Assert.False(Sth.Exists);
        await SignedAsync(3);
        Assert.Equal(1, _agent.Signatures);
    }

    [Fact]
    public async Task Nothing_is_signed_before_the_witnesses_have_been_heard()
    {
        var heard = new TaskCompletionSource();
        _gate.Acknowledge(0, Head(2));
        Start(heard.Task);
        Assert.Contains("no witness has said yet what it has cosigned", _services.Health.Readiness().Text, StringComparison.Ordinal);
        Assert.False(Sth.Exists);
        heard.SetResult();
        await SignedAsync(2);
    }

    [Fact]
    public async Task A_witness_that_knows_more_ends_the_wait_and_the_signing()
    {
        var heard = new TaskCompletionSource();
        _gate.Acknowledge(0, Head(2));
        Start(heard.Task);
        _role.Revoke("a witness knows more");
        await TestLog.NotReadyAsync(_services, "signing: stopped for good: a witness knows more");
        Assert.False(Sth.Exists);
    }

    [Fact]
    public async Task The_end_of_the_authority_ends_the_signing_and_not_the_task()
    {
        Start();
        await SignedAsync(2);
        _role.Revoke("there is a later primary");
        await TestLog.NotReadyAsync(_services, "signing: stopped for good: there is a later primary");
        _gate.Acknowledge(0, Head(3));
        Assert.False(_running.IsCompleted);
        Assert.Equal(2ul, Sth.Load(_key.PublicKey).TreeHead.Size);
    }

    [Fact]
    public async Task A_key_that_is_away_is_asked_again_at_longer_and_longer_intervals_and_then_at_short_ones()
    {
        _agent.IsAway = true;
        _gate.Acknowledge(0, Head(2));
        Start();
        foreach (var wait in new[] { 100, 200, 400, 800, 1600, 3200, 5000 })
            await AwayAsync(wait);
        await AwayAsync(5000, thenIsBack: true);
        await SignedAsync(2);
        await Eventually.UntilAsync("ready", TestLog.Patience, _ => Task.FromResult(_services.Health.Readiness().Ok), Cancel);

        _agent.IsAway = true;
        _gate.Acknowledge(0, Head(3));
        await AwayAsync(100, thenIsBack: true);
        await SignedAsync(3);
    }

    private void Start(Task? preflight = null, ulong minimum = 0)
    {
        var signer = new TreeHeadSigner(
            _agent, Sth, new StartupFile(Sth.Path, HostDisk.Instance), _tree, _role, startupPending: false, _signed, _services);
        _running = new Committer(_gate, signer, _role, preflight ?? Task.CompletedTask, minimum, _changed, _services).RunAsync(_stop.Token);
    }

    private async Task SignedAsync(ulong size)
    {
        _gate.Acknowledge(0, Head(size));
        Assert.True(await _signed.WaitAboveAsync(size - 1, TestLog.Patience, TimeProvider.System, Cancel));
        Assert.Equal(Head(size), Sth.Load(_key.PublicKey).TreeHead);
    }

    /// <summary>The key was asked, was away, and is asked again after so many milliseconds.</summary>
    private async Task AwayAsync(int milliseconds, bool thenIsBack = false)
    {
        var wait = await _time.NextWaitAsync();
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), wait);
        Assert.Equal("signing: the key is out of reach: the agent is away\n", _services.Health.Readiness().Text);
        _agent.IsAway = !thenIsBack;
        _time.Advance(wait);
    }

    private TreeHead Head(ulong size) => new(size, ProofBuilder.Root(size, _tree));

    /// <summary>A key that is away when a test says so.</summary>
    private sealed class LostKey(Ed25519Signer key) : ISigner
    {
        public bool IsAway { get; set; }

        public int Signatures { get; private set; }

        public PublicKey PublicKey => key.PublicKey;

        public ValueTask<Signature> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            if (IsAway)
                throw new SignerException("the agent is away");
            Signatures++;
            return key.SignAsync(message, cancellationToken);
        }
    }
}
