using Sigsum.Log.Storage;

namespace Sigsum.Log.Admission;

/// <summary>A place for one leaf within the rate limits, with one owner at a time.</summary>
/// <remarks>The HTTP layer owns it until the sequencer has taken the leaf; from then on only the sequencer confirms it
/// (leaf in the batch) or releases it (leaf turned out to be a duplicate, or could not be stored).</remarks>
internal sealed class Reservation
{
    private readonly RateLimiter? _limiter;
    private readonly ReservedCount _count;
    private int _state;

    /// <summary>Made by limiters only.</summary>
    internal Reservation(RateLimiter? limiter, ReservedCount count)
    {
        _limiter = limiter;
        _count = count;
    }

    private enum State
    {
        Open,
        Confirmed,
        Released,
    }

    /// <summary>Gives the place back: no leaf was added. Does nothing on a reservation that is settled already.</summary>
    public void Release()
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Released, (int)State.Open) == (int)State.Open)
            _limiter?.Release(_count);
    }

    /// <summary>
    /// Counts the leaf. Called by the one writer in the order of its batches, so that a later record of the same
    /// counter never carries a smaller count.
    /// </summary>
    /// <returns>The record to store in the same atomic batch as the leaf; null when there is nothing to store: no
    /// limits, or the window in which the place was reserved is over.</returns>
    /// <exception cref="InvalidOperationException">The reservation was released or confirmed before.</exception>
    public StoreRecord? Confirm()
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Confirmed, (int)State.Open) != (int)State.Open)
            throw new InvalidOperationException("a rate limit reservation was settled twice");
        return _limiter?.Confirm(_count);
    }
}
