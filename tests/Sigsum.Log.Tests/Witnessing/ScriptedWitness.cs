using System.Net;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Pipeline;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;
using Sigsum.Policy;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Witnessing;

/// <summary>An empty log with one signed head, and a witness that answers when and as the test says.</summary>
internal sealed class ScriptedWitness : HttpMessageHandler
{
    private readonly TempDirectory _directory = new();
    private readonly Ed25519Signer _logKey = Ed25519Signer.Generate();
    private readonly Ed25519Signer _witnessKey = Ed25519Signer.Generate();
    private readonly HttpClient _http;
    private readonly PrimaryRole _role = new();
    private int _asked;

    public ScriptedWitness(NodeServices services)
    {
        Services = services;
        _http = new HttpClient(this, disposeHandler: false);
        Signer = new TreeHeadSigner(
            _logKey, new SthFile(_directory.PathOf("sth")), new StartupFile(_directory.PathOf("sth")), Store, _role,
            startupPending: true, SignedSize, services);
        Policy = TrustPolicy.Parse(System.Text.Encoding.ASCII.GetBytes(
            $"witness w {_witnessKey.PublicKey} http://w.example\nquorum w\n"));
    }

    /// <summary>Completes the answer to every request; a bad gateway as long as the test says nothing else.</summary>
    public Func<Task> Answer { get; set; } = () => throw new HttpRequestException("no witness");

    public int Asked => Volatile.Read(ref _asked);

    public NodeServices Services { get; }

    public MemoryLogStore Store { get; } = new(StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, null));

    public Watermark SignedSize { get; } = new(0);

    public TreeHeadSigner Signer { get; }

    public TrustPolicy Policy { get; }

    /// <summary>A policy whose witness has no URL: nobody can be asked, and there is never a quorum.</summary>
    public CosignatureCollector Nobody() =>
        new(Policy, [], TimeSpan.Zero, (_, _) => { }, Services.Metrics, Services.Time);

    public CosignatureCollector Collector(Action<StoredTreeHead, Cosignature> late) => new(
        Policy,
        [
            new WitnessLane(
                Policy.Witnesses[0], new(_http, Policy.Witnesses[0].Url!), _logKey.PublicKey, Store, _role,
                new Preflight(false),
                () => Signer.Last!.Size, _ => { }, 0, Services.Metrics, TimeSpan.FromSeconds(10), Services.Time,
                Services.Logger<WitnessLane>()),
        ],
        TimeSpan.Zero, late, Services.Metrics, Services.Time);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        await Answer();
        var checkpoint = Checkpoint.FromSignedTreeHead(Signer.Last!.Signed, _logKey.PublicKey);
        var line = await CosignatureLine.CosignAsync(checkpoint, "w", _witnessKey, 1, cancellationToken);
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        line.Write(body);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) };
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _http.Dispose();
            Store.Dispose();
            _role.Dispose();
            _logKey.Dispose();
            _witnessKey.Dispose();
            _directory.Dispose();
        }

        base.Dispose(disposing);
    }
}
