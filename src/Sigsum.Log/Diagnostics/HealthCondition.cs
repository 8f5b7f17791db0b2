namespace Sigsum.Log.Diagnostics;

/// <summary>
/// A condition of <see cref="NodeHealth"/> in the hands of its owner. Setting it to what it is already is free and
/// says nothing; each change is reported once.
/// </summary>
internal sealed class HealthCondition
{
    private const int MaxReason = 500;

    private readonly Action<ConditionState> _changed;
    private readonly Lock _gate = new();
    private volatile ConditionState _state;

    internal HealthCondition(string name, bool required, string reason, Action<ConditionState> changed)
    {
        _changed = changed;
        _state = new ConditionState(name, required, Ok: false, OneLine(reason));
    }

    /// <summary>How it stands.</summary>
    public ConditionState State => _state;

    /// <summary>The condition is met.</summary>
    public void Met() => Set(ok: true, "");

    /// <summary>It is not; the reason is for the operator: one line, cut at 500 characters.</summary>
    public void NotMet(string reason) => Set(ok: false, OneLine(reason));

    private void Set(bool ok, string reason)
    {
        ConditionState state = _state;
        if (state.Ok == ok && state.Reason == reason)
            return;
        // reported under the lock, so that reports come in the order of the changes
        lock (_gate)
        {
            if (_state.Ok == ok && _state.Reason == reason)
                return;
            _state = _state with { Ok = ok, Reason = reason };
            _changed(_state);
        }
    }

    private static string OneLine(string reason)
    {
        string cut = reason.Length <= MaxReason ? reason : reason[..MaxReason];
        return string.Create(cut.Length, cut, static (span, text) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = char.IsControl(text[i]) ? ' ' : text[i];
        });
    }
}
