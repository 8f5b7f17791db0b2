using System.Buffers;
using System.Net.Sockets;

namespace Sigsum.Log.Hazards.Tests.Network;

/// <summary>One connection over a <see cref="Link"/>: two sockets and the bytes between them.</summary>
internal sealed class LinkConnection(Socket near, Gate forth, Gate back, Func<TimeSpan?> delay) : IDisposable
{
    private const int PacketSize = 16 * 1024;
    private readonly CancellationTokenSource _reset = new();
    private readonly Gate _alive = new();
    private readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Carries bytes until both sides have ended, or one has broken off.</summary>
    public async Task RunAsync(Uri target)
    {
        near.NoDelay = true;
        _far.NoDelay = true;
        try
        {
            await forth.PassAsync(_reset.Token);
            await _far.ConnectAsync(target.Host, target.Port, _reset.Token);
            await Task.WhenAll(CarryAsync(near, _far, forth), CarryAsync(_far, near, back));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever is still there learns of it as a reset.
        }
    }

    /// <summary>From now on nothing arrives on it, and neither side is told, for ever.</summary>
    public void Strand() => _alive.Close();

    /// <summary>Breaks it off.</summary>
    public void Reset()
    {
        try
        {
            _reset.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Ends both sockets, with a reset where the other side has not ended its own.</summary>
    public void Dispose()
    {
        Break(near);
        Break(_far);
        _reset.Dispose();
    }

    private async Task CarryAsync(Socket from, Socket to, Gate gate)
    {
        byte[] packet = ArrayPool<byte>.Shared.Rent(PacketSize);
        try
        {
            int length;
            while ((length = await from.ReceiveAsync(packet, _reset.Token)) > 0)
            {
                if (delay() is { } pause)
                    await Task.Delay(pause, TimeProvider.System, _reset.Token);
                await gate.PassAsync(_reset.Token);
                await _alive.PassAsync(_reset.Token);
                for (int sent = 0; sent < length;)
                    sent += await to.SendAsync(packet.AsMemory(sent, length - sent), _reset.Token);
            }

            await gate.PassAsync(_reset.Token);
            await _alive.PassAsync(_reset.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            Reset(); // the other direction has nobody left
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packet);
        }
    }

    private static void Break(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // It never was connected.
        }

        socket.Dispose();
    }
}
