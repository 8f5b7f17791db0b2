namespace Sigsum.Log.Tests.Failover;

/// <summary>Progress that is heard at once, by the one who reports it.</summary>
internal sealed class Told(Action<ulong> tell) : IProgress<ulong>
{
    public void Report(ulong value) => tell(value);
}
