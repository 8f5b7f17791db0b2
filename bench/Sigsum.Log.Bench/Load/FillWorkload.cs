namespace Sigsum.Log.Bench.Load;

/// <summary>Posts so many leaves, once each; what is published afterwards is the caller's to wait for.</summary>
internal sealed class FillWorkload(LeafPool leaves, int count) : IWorkload
{
    private readonly AddLeaf _addLeaf = new();
    private int _next;

    public int WriteRequest(int connection, Span<byte> buffer, long now) =>
        _next < count ? _addLeaf.Write(leaves[_next++], buffer) : 0;

    public void OnAnswer(int connection, int status, long sentAt, long now, bool counts)
    {
        if (status is not (200 or 202))
            throw new InvalidOperationException($"add-leaf was answered with {status}");
    }
}
