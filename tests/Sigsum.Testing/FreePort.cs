using System.Net;
using System.Net.Sockets;

namespace Sigsum.Testing;

/// <summary>
/// A TCP port on loopback that nobody else takes while this is held. Asking the system for "any port" and closing it
/// again invites races: the next outgoing connection may get the same number. So ports come from below the range of
/// outgoing connections, and test programs that run at the same time keep out of each other's way through a lock file
/// per port, which the system drops with the process that held it.
/// </summary>
public sealed class FreePort : IDisposable
{
    private const int First = 20_000;
    private const int Count = 10_000; // ends below 32768, where Linux begins to number outgoing connections
    private static readonly string Locks = Path.Combine(Path.GetTempPath(), $"sigsum-test-ports-{Environment.UserName}");
    private readonly FileStream _lock;

    private FreePort(int number, FileStream @lock) => (Number, _lock) = (number, @lock);

    public int Number { get; }

    /// <summary><c>127.0.0.1:port</c>, as the programs' endpoint options take it.</summary>
    public string Endpoint => $"127.0.0.1:{Number}";

    /// <summary><c>http://127.0.0.1:port/</c>.</summary>
    public Uri Url => new($"http://{Endpoint}/");

    public static FreePort Reserve()
    {
        Directory.CreateDirectory(Locks);
        int start = Random.Shared.Next(Count);
        for (int i = 0; i < Count; i++)
        {
            int number = First + ((start + i) % Count);
            if (TryLock(number) is not { } @lock)
                continue;
            if (CanBind(number))
                return new FreePort(number, @lock);
            @lock.Dispose();
        }

        throw new InvalidOperationException($"No free port on loopback from {First} to {First + Count - 1}.");
    }

    public void Dispose() => _lock.Dispose();

    // The files stay: deleting one while another process is about to lock it would give a port away twice.
    private static FileStream? TryLock(int number)
    {
        try
        {
            string path = Path.Combine(Locks, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool CanBind(int number)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, number));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
