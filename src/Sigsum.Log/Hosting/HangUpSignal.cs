using System.Runtime.InteropServices;
using Sigsum.Log.Diagnostics;

namespace Sigsum.Log.Hosting;

/// <summary>
/// SIGHUP, for as long as the process runs: the log file is opened again, and the node reads its files again. A node that
/// is only starting may have read them already, so it does it again once it is up; without this the signal, by its
/// default, would end it.
/// </summary>
internal sealed class HangUpSignal : IDisposable
{
    private readonly LoggingSetup _logging;
    private readonly PosixSignalRegistration _registration;
    private readonly Lock _lock = new();
    private RunningNode? _node;
    private bool _missed;

    public HangUpSignal(LoggingSetup logging)
    {
        _logging = logging;
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle);
    }

    /// <summary>The signal is for this node, until the result is disposed; one that came before it was up counts.</summary>
    public IDisposable Attach(RunningNode node)
    {
        lock (_lock)
        {
            _node = node;
            if (_missed)
                node.Reload();
            _missed = false;
        }

        return new Attachment(this);
    }

    public void Dispose() => _registration.Dispose();

    private void Handle(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _logging.Reopen();
        lock (_lock)
        {
            _missed = _node is null;
            _node?.Reload();
        }
    }

    private sealed class Attachment(HangUpSignal signal) : IDisposable
    {
        // Waits for a reload that is under way: what comes next takes the node down.
        public void Dispose()
        {
            lock (signal._lock)
                signal._node = null;
        }
    }
}
