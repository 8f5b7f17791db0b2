using System.Text;
using Sigsum.Log.Diagnostics.Logging;

namespace Sigsum.Log.Tests.Diagnostics;

/// <summary>Keeps what is written; can be made to block, as a pipe that nobody reads, or to fail, as a full disk.</summary>
internal sealed class CapturedOutput : ILogOutput
{
    private readonly StringBuilder _text = new();
    private readonly SemaphoreSlim _writing = new(0);
    private readonly ManualResetEventSlim _open = new(initialState: true);

    public volatile bool Fails;

    public int Reopened { get; private set; }

    public bool IsDisposed { get; private set; }

    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Block() => _open.Reset();

    public void Unblock() => _open.Set();

    /// <summary>Waits until the writing thread is inside a write.</summary>
    public Task UntilWriting() => _writing.WaitAsync(TestContext.Current.CancellationToken);

    public void Write(ReadOnlySpan<byte> lines)
    {
        _writing.Release();
        _open.Wait();
        if (Fails)
            throw new IOException("No space left on device");
        lock (_text)
            _text.Append(Encoding.UTF8.GetString(lines));
    }

    public void Reopen()
    {
        Reopened++;
        if (Fails)
            throw new IOException("no such directory");
    }

    public void Dispose() => IsDisposed = true;
}
