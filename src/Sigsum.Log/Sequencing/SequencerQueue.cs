using System.Collections.Concurrent;
using System.Threading.Channels;
using Sigsum.Crypto;

namespace Sigsum.Log.Sequencing;

/// <summary>
/// The bounded way to the one writer. When it is full a leaf is refused at once: waiting here would only hide
/// the overload. A leaf that is already on its way is found instead of queued again.
/// </summary>
internal sealed class SequencerQueue(int length)
{
    private readonly ConcurrentDictionary<Hash, PendingLeaf> _pending = new();

    private readonly Channel<PendingLeaf> _channel = Channel.CreateBounded<PendingLeaf>(
        new BoundedChannelOptions(length) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Leaves on their way.</summary>
    public int Count => _channel.Reader.Count;

    /// <summary>The writer's end.</summary>
    public ChannelReader<PendingLeaf> Reader => _channel.Reader;

    /// <summary>The promise for a leaf that is on its way already, or null.</summary>
    public PendingLeaf? Find(in Hash leafHash) => _pending.GetValueOrDefault(leafHash);

    /// <summary>Queues a leaf. A leaf that came in between is joined, and this one's reservation given back.</summary>
    /// <returns>Null when the queue is full or closed.</returns>
    public PendingLeaf? TryAdd(AdmittedLeaf leaf)
    {
        var added = new PendingLeaf(leaf);
        var owner = _pending.GetOrAdd(leaf.LeafHash, added);
        if (!ReferenceEquals(owner, added))
        {
            leaf.Reservation.Release();
            return owner;
        }

        if (_channel.Writer.TryWrite(added))
            return added;
        _pending.TryRemove(new KeyValuePair<Hash, PendingLeaf>(leaf.LeafHash, added));
        added.Fail(new SequencerUnavailableException("the queue is full"));
        return null;
    }

    /// <summary>Forgets leaves that are durable, or failed. Called after the store shows them.</summary>
    public void Remove(PendingLeaf leaf) =>
        _pending.TryRemove(new KeyValuePair<Hash, PendingLeaf>(leaf.Leaf.LeafHash, leaf));

    /// <summary>Takes no more leaves; what is queued is still handed to the writer.</summary>
    public void Close() => _channel.Writer.TryComplete();

    /// <summary>Takes no more leaves and fails those that wait.</summary>
    public void Fail(Exception reason)
    {
        _channel.Writer.TryComplete(reason);
        foreach (var leaf in _pending.Values)
        {
            leaf.Fail(reason);
            Remove(leaf);
        }
    }
}

/// <summary>The leaf cannot be taken now: the queue is full, or the node is stopping.</summary>
internal sealed class SequencerUnavailableException(string message) : Exception(message);
