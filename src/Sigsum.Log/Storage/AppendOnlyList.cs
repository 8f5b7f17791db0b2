namespace Sigsum.Log.Storage;

/// <summary>
/// A list that one thread appends to while others read what they know to be there. Items never move: growing copies
/// only the list of chunks, and the old one stays valid.
/// </summary>
internal sealed class AppendOnlyList<T>
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private volatile T[][] _chunks = [];
    private int _count;

    /// <summary>The item at an index whose append has happened before, for instance because a tree head that covers
    /// it was read.</summary>
    public T this[int index] => _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>Appends an item; only from one thread at a time.</summary>
    public void Add(T item)
    {
        int chunk = _count >> ChunkBits;
        T[][] chunks = _chunks;
        if (chunk >= chunks.Length || chunks[chunk] is null)
        {
            if (chunk >= chunks.Length)
            {
                Array.Resize(ref chunks, Math.Max(4, chunks.Length * 2));
            }

            chunks[chunk] = new T[ChunkSize];
            _chunks = chunks;
        }

        chunks[chunk][_count & (ChunkSize - 1)] = item;
        _count++;
    }

    /// <summary>Goes back to fewer items, when nobody reads the others any more; what is appended takes their
    /// place.</summary>
    public void Truncate(int count) => _count = count;
}
