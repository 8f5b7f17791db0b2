using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Log.Hazards.Tests.History;
using Sigsum.Messages;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>
/// Asks for the tree head fifty times a second, at the log's public URL and at every node's own, and reads every node's
/// sth file: whatever was signed and shown is seen. The size at the public URL must never decrease.
/// </summary>
internal sealed class HeadCollector(
    Uri publicUrl, Func<IReadOnlyList<HazardNode>> nodes, PublicKey logKey, HeadHistory history, ClientNotes notes)
    : ClientLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _http = SigsumHttp.CreateForLogs();
    private readonly ClientOptions _impatient = new() { RequestTimeout = TimeSpan.FromSeconds(2) };
    private volatile CosignedTreeHead? _latest;

    /// <summary>The last head that the public URL answered.</summary>
    public CosignedTreeHead? Latest => _latest;

    /// <summary>How many heads the public URL has answered.</summary>
    public int Answers { get; private set; }

    protected override Task RunAsync(CancellationToken enough) =>
        Task.WhenAll(WatchPublicAsync(enough), WatchNodesAsync(enough));

    protected override void Release() => _http.Dispose();

    private async Task WatchPublicAsync(CancellationToken enough)
    {
        LogClient log = new(_http, publicUrl);
        while (!enough.IsCancellationRequested)
        {
            try
            {
                CosignedTreeHead head = await log.GetTreeHeadAsync(enough);
                history.Add("answered by the log", head.SignedTreeHead, logKey);
                ulong size = head.SignedTreeHead.TreeHead.Size;
                if (_latest is { } before && size < before.SignedTreeHead.TreeHead.Size)
                    history.Complain($"the log went back from size {before.SignedTreeHead.TreeHead.Size} to {size}");
                _latest = head;
                Answers++;
            }
            catch (LogClientException error)
            {
                notes.Note("reader", error);
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                return;
            }

            await PauseAsync(Interval, enough);
        }
    }

    private async Task WatchNodesAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            foreach (HazardNode node in nodes())
            {
                await AskAsync(node, enough);
                ReadSth(node);
            }

            await PauseAsync(Interval, enough);
        }
    }

    /// <summary>What a node says by itself, if it says anything; secondaries do not.</summary>
    private async Task AskAsync(HazardNode node, CancellationToken enough)
    {
        try
        {
            CosignedTreeHead head = await new LogClient(_http, node.Url, _impatient).GetTreeHeadAsync(enough);
            history.Add("answered by " + node.Name, head.SignedTreeHead, logKey);
        }
        catch (Exception e) when (e is LogClientException or OperationCanceledException)
        {
            // Clients use the public URL; what they are told there is what counts.
        }
    }

    private void ReadSth(HazardNode node)
    {
        try
        {
            SignedTreeHead head = SignedTreeHead.Parse(File.ReadAllBytes(node.Folder.Sth));
            history.Add("stored by " + node.Name, head, logKey);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none, or its disk is being exchanged.
        }
        catch (SigsumFormatException e)
        {
            history.Complain($"the sth file of {node.Name} is torn: {e.Message}");
        }
    }
}
