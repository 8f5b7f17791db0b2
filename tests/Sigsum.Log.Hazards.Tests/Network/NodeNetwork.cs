using System.Collections.Concurrent;
using Sigsum.Log.Hazards.Tests.Cluster;

namespace Sigsum.Log.Hazards.Tests.Network;

/// <summary>
/// The links between the nodes of a log, one for each direction of asking. A node knows another one by its link alone,
/// so a test can take the network apart.
/// </summary>
internal sealed class NodeNetwork : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string From, string To), (Link Link, HttpRelay? Relay)> _links = new();

    /// <summary>Whether each GET between nodes arrives twice; for links that are made from now on.</summary>
    public bool Duplicates { get; init; }

    /// <summary>How slow every packet between nodes is; for links that are made from now on.</summary>
    public Func<TimeSpan>? Delay { get; init; }

    /// <summary>The link on which <paramref name="from"/> reaches the internal endpoint of <paramref name="to"/>.</summary>
    public async Task<Link> LinkAsync(HazardNode from, HazardNode to, CancellationToken cancellation)
    {
        if (_links.TryGetValue((from.Name, to.Name), out var known))
            return known.Link;
        HttpRelay? relay = null;
        if (Duplicates)
        {
            relay = await HttpRelay.StartAsync(cancellation);
            relay.Target = to.InternalUrl;
            relay.Duplicates = true;
        }

        Link link = new(relay?.Url ?? to.InternalUrl) { Delay = Delay };
        _links[(from.Name, to.Name)] = (link, relay);
        return link;
    }

    /// <summary>Cuts both links between two nodes.</summary>
    public void Cut(HazardNode one, HazardNode other) => OnBoth(one, other, link => link.Cut());

    /// <summary>Makes both links between two nodes swallow what is sent.</summary>
    public void Swallow(HazardNode one, HazardNode other) => OnBoth(one, other, link => link.Swallow());

    /// <summary>Mends both links between two nodes.</summary>
    public void Mend(HazardNode one, HazardNode other) => OnBoth(one, other, link => link.Mend());

    /// <summary>All links that there are.</summary>
    public IEnumerable<Link> Links => _links.Values.Select(known => known.Link);

    /// <summary>Whether each GET between nodes arrives twice, from now on; the network must have been made for it.</summary>
    public void Duplicate(bool duplicates)
    {
        foreach (var (_, relay) in _links.Values)
            (relay ?? throw new InvalidOperationException("There is no relay on this link.")).Duplicates = duplicates;
    }

    /// <summary>Cuts a node off from all others.</summary>
    public void Isolate(HazardNode node)
    {
        foreach (var (ends, known) in _links)
        {
            if (ends.From == node.Name || ends.To == node.Name)
                known.Link.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (link, relay) in _links.Values)
        {
            await link.DisposeAsync();
            if (relay is not null)
                await relay.DisposeAsync();
        }
    }

    private void OnBoth(HazardNode one, HazardNode other, Action<Link> action)
    {
        foreach (var ends in new[] { (one.Name, other.Name), (other.Name, one.Name) })
        {
            if (_links.TryGetValue(ends, out var known))
                action(known.Link);
        }
    }
}
