using System.Diagnostics;

namespace Sigsum.Testing;

/// <summary>Waits for what another process does and gives no event for.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again and again until the answer is not null; after <paramref name="timeout"/> fails, saying
    /// <paramref name="what"/> it waited for and the last error.</summary>
    public static async Task<T> GetAsync<T>(
        string what, TimeSpan timeout, Func<CancellationToken, Task<T?>> ask, CancellationToken cancellation)
        where T : class
    {
        long start = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(start) < timeout)
        {
            try
            {
                if (await ask(cancellation) is { } answer)
                    return answer;
                last = null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException)
            {
                last = e;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }

        throw new TimeoutException($"Waited {timeout.TotalSeconds} s for {what}.", last);
    }

    /// <summary>Asks again and again until the answer is true.</summary>
    public static Task UntilAsync(
        string what, TimeSpan timeout, Func<CancellationToken, Task<bool>> ask, CancellationToken cancellation) =>
        GetAsync<object>(what, timeout, async token => await ask(token) ? what : null, cancellation);
}
