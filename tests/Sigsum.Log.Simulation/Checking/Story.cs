using System.Globalization;

namespace Sigsum.Log.Simulation.Checking;

/// <summary>What happened, line by line, and a fingerprint of it: the same seed must give the same one.</summary>
internal sealed class Story(Func<TimeSpan> now, TextWriter? to)
{
    /// <summary>FNV-1a of all lines.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    /// <summary>Adds a line.</summary>
    public void Tell(string who, string what)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{now().TotalSeconds,10:0.000} {who,-10} {what.ReplaceLineEndings(" / ")}");
        foreach (var letter in line)
            Fingerprint = (Fingerprint ^ letter) * 1099511628211;
        to?.WriteLine(line);
    }
}
