using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sigsum.Log.Bench.Load;

/// <summary>
/// Linux's epoll: one thread waits for many sockets. The runtime's own way, a task for each answer, costs the generator
/// several times as much, and what it costs is missing from the servers that share its processors.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint Readable = 1;
    private const int Interrupted = 4;

    private readonly SafeFileDescriptor _handle;
    private readonly Event[] _events;

    /// <param name="capacity">How many sockets are told of at one time.</param>
    public Epoll(int capacity)
    {
        _handle = new SafeFileDescriptor(Create(0));
        if (_handle.IsInvalid)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        _events = new Event[capacity];
    }

    /// <summary>Watches a socket for what can be read; <paramref name="tag"/> comes back with it.</summary>
    public void Watch(Socket socket, int tag)
    {
        Event what = new() { Events = Readable, Tag = tag };
        if (Control(_handle, Add, socket.SafeHandle, ref what) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Waits for sockets, and writes their tags.</summary>
    /// <returns>How many there are; none when the time is over.</returns>
    public int Wait(Span<int> tags, int milliseconds)
    {
        int count = Wait(_handle, _events, Math.Min(_events.Length, tags.Length), milliseconds);
        if (count < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == Interrupted ? 0 : throw new Win32Exception(error);
        }

        for (int i = 0; i < count; i++)
            tags[i] = (int)_events[i].Tag;
        return count;
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(SafeHandle handle, int operation, SafeHandle socket, ref Event what);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(SafeHandle handle, [Out] Event[] events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int handle);

    // Packed on x86-64, as the kernel has it there.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Event
    {
        public uint Events;
        public long Tag;
    }

    private sealed class SafeFileDescriptor : SafeHandle
    {
        public SafeFileDescriptor(int descriptor)
            : base(invalidHandleValue: -1, ownsHandle: true) => SetHandle(descriptor);

        public override bool IsInvalid => handle == -1;

        protected override bool ReleaseHandle() => CloseDescriptor((int)handle) == 0;
    }
}
