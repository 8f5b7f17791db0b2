using System.Net;
using System.Net.Sockets;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Network;

/// <summary>
/// A cable from one party to another: a TCP proxy on a port of its own. It can be cut (connections are reset, new ones
/// refused), swallow what is sent without a sign (half-open connections), slow every packet down, and lead elsewhere.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly FreePort _port = FreePort.Reserve();
    private readonly Gate _forth = new();
    private readonly Gate _back = new();
    private readonly HashSet<LinkConnection> _connections = [];
    private volatile Uri _target;
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public Link(Uri target)
    {
        _target = target;
        Mend();
    }

    /// <summary>What its users are told: the port of the link.</summary>
    public Uri Url => _port.Url;

    /// <summary>How long the next packet is held up; null for not at all.</summary>
    public Func<TimeSpan>? Delay { get; set; }

    /// <summary>Leads elsewhere from now on, as a change in DNS does. Connections to the old place are reset.</summary>
    public void PointTo(Uri target)
    {
        _target = target;
        Reset();
    }

    /// <summary>Refuses connections and resets those that there are.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _listener?.Dispose();
            _listener = null;
        }

        Reset();
    }

    /// <summary>Resets the connections that there are; new ones are good.</summary>
    public void Reset() => ForEach(connection => connection.Reset());

    /// <summary>From now on nothing arrives in either direction, and nobody is told: the senders go on waiting.</summary>
    public void Swallow()
    {
        _forth.Close();
        _back.Close();
    }

    /// <summary>From now on requests arrive and their answers do not.</summary>
    public void SwallowAnswers() => _back.Close();

    /// <summary>Leaves the connections that there are half-open for ever, as a router does that has forgotten them: what is
    /// sent on them is lost, and nobody is told. New ones are good.</summary>
    public void Strand() => ForEach(connection => connection.Strand());

    /// <summary>All is well again; what was swallowed arrives late, as TCP sends it again.</summary>
    public void Mend()
    {
        _forth.Open();
        _back.Open();
        lock (_lock)
        {
            if (_listener is not null)
                return;
            _listener = new TcpListener(IPAddress.Loopback, _port.Number);
            _listener.Start();
            _accepting = AcceptAsync(_listener);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _accepting;
        _port.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Socket near;
            try
            {
                near = await listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // cut
            }

            LinkConnection connection = new(near, _forth, _back, () => Delay?.Invoke());
            lock (_lock)
                _connections.Add(connection);
            _ = RunAsync(connection);
        }
    }

    private async Task RunAsync(LinkConnection connection)
    {
        await connection.RunAsync(_target);
        lock (_lock)
            _connections.Remove(connection);
        connection.Dispose();
    }

    private void ForEach(Action<LinkConnection> action)
    {
        LinkConnection[] all;
        lock (_lock)
            all = [.. _connections];
        foreach (LinkConnection connection in all)
            action(connection);
    }
}
