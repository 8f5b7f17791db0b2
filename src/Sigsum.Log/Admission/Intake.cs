namespace Sigsum.Log.Admission;

/// <summary>Whether the log takes new leaves, and why not: one answer for the gate, which asks first, and the writer, which
/// asks last.</summary>
internal sealed class Intake
{
    private volatile string? _closed;

    /// <summary>Why no leaf is taken, in words for a submitter; null while leaves are taken.</summary>
    public string? ClosedBecause => _closed;

    /// <summary>Whether it stays closed for the life of the process.</summary>
    public bool ForGood { get; private set; }

    /// <summary>Closes for a while. What closes it for good is not overruled.</summary>
    public void Close(string because)
    {
        if (!ForGood)
            _closed = because;
    }

    /// <summary>Closes for the life of the process: this node is not the log's primary any more, or has to recover.</summary>
    public void CloseForGood(string because)
    {
        _closed = because;
        ForGood = true;
    }

    /// <summary>Opens again, unless it is closed for good.</summary>
    public void Open()
    {
        if (!ForGood)
            _closed = null;
    }
}
