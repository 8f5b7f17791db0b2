namespace Sigsum.Log.Pipeline;

/// <summary>
/// A size that only grows, and that anybody may wait on: the local, signed or published size of the tree.
/// One owner advances it; waiters are woken without polling.
/// </summary>
internal sealed class Watermark(ulong initial)
{
    private readonly Lock _gate = new();
    private ulong _value = initial;
    private TaskCompletionSource _changed = NewSource();

    /// <summary>The current size.</summary>
    public ulong Value => Volatile.Read(ref _value);

    /// <summary>Moves to <paramref name="to"/>.</summary>
    /// <exception cref="InvalidOperationException">The size would go backwards.</exception>
    public void Advance(ulong to)
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            if (to == _value)
                return;
            if (to < _value)
                throw new InvalidOperationException($"a tree size went backwards, from {_value} to {to}");
            Volatile.Write(ref _value, to);
            woken = _changed;
            _changed = NewSource();
        }

        woken.SetResult();
    }

    /// <summary>Completes as soon as the size is larger than <paramref name="size"/>.</summary>
    public async Task WaitAboveAsync(ulong size, CancellationToken cancellationToken)
    {
        while (Value <= size)
        {
            Task next;
            lock (_gate)
            {
                if (_value > size)
                    return;
                next = _changed.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits for a size larger than <paramref name="size"/>, at most <paramref name="limit"/>.</summary>
    /// <returns>Whether the size is larger now.</returns>
    public async Task<bool> WaitAboveAsync(
        ulong size, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Value > size)
            return true;
        if (limit <= TimeSpan.Zero)
            return false;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await WaitAboveAsync(size, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The limit has passed; whoever asked looks at the value.
        }

        return Value > size;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
