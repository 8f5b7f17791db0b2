using Sigsum.Client;
using Sigsum.Log.Failover;

namespace Sigsum.Log.Replication;

/// <summary>
/// Where a secondary looks for its primary: first where the latest promotion record says, then where the configuration
/// says. The next address is tried when one does not answer, or answers as a node of an earlier epoch.
/// </summary>
internal sealed class PrimaryAddresses(Uri? configured, Succession succession, Func<Uri, FeedClient> connect)
{
    private ulong _epoch;
    private int _turn;
    private (Uri Url, FeedClient Feed)? _current;

    /// <summary>The address to ask now; null where nobody has said any.</summary>
    public (Uri Url, FeedClient Feed)? Current()
    {
        if (_epoch != (succession.Latest?.Epoch ?? 0))
            (_epoch, _turn) = (succession.Latest!.Epoch, 0);
        Uri[] known = [.. new[] { succession.Latest?.NodeUrl, configured }.OfType<Uri>().Distinct()];
        if (known.Length == 0)
            return null;
        var url = known[_turn % known.Length];
        if (_current?.Url != url)
            _current = (url, connect(url));
        return _current;
    }

    /// <summary>The current one was of no use.</summary>
    public void TryNext() => _turn++;
}
