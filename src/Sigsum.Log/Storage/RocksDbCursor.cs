using RocksDbSharp;

namespace Sigsum.Log.Storage;

/// <summary>
/// Walks through one family in key order, over the state of the database at the time the cursor was made. The spans
/// are valid until the cursor moves.
/// </summary>
internal readonly ref struct RocksDbCursor
{
    private readonly RocksDbHandle.Use _use;
    private readonly Iterator _iterator;

    public RocksDbCursor(RocksDbHandle.Use use, Iterator iterator)
    {
        _use = use;
        _iterator = iterator;
    }

    /// <summary>The key at the cursor.</summary>
    public ReadOnlySpan<byte> Key => _iterator.GetKeySpan();

    /// <summary>The value at the cursor.</summary>
    public ReadOnlySpan<byte> Value => _iterator.GetValueSpan();

    /// <summary>Whether the cursor is at an entry; false behind the last one.</summary>
    /// <exception cref="StoreException">The data could not be read.</exception>
    public bool Valid
    {
        get
        {
            if (_iterator.Valid())
            {
                return true;
            }

            // An iterator ends at an error as it does at the end of the data; only the status tells.
            try
            {
                Native.Instance.rocksdb_iter_get_error(_iterator.Handle);
            }
            catch (RocksDbException error)
            {
                throw new StoreException($"cannot read from the database: {error.Message}", error);
            }

            return false;
        }
    }

    /// <summary>Moves to the next entry.</summary>
    public void Next() => _iterator.Next();

    /// <summary>Frees the cursor.</summary>
    public void Dispose()
    {
        _iterator.Dispose();
        _use.Dispose();
    }
}
