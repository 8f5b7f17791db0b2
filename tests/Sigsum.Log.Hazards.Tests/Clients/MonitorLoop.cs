using System.Globalization;
using System.Text.RegularExpressions;
using Sigsum.Log.Hazards.Tests.Cluster;
using Sigsum.Testing;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>
/// Debian's sigsum-monitor, which looks at every head and leaf of the log each second. It ends at the first answer that
/// it does not like, be it a refused connection or a fork, and is started again.
/// </summary>
internal sealed partial class MonitorLoop(
    PeerPrograms peers, string policyFile, HazardKey submitter, ClientNotes notes) : ClientLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private ulong _checked;

    /// <summary>The most leaves that one run of the monitor has looked at and found included.</summary>
    public ulong Checked => Volatile.Read(ref _checked);

    protected override async Task RunAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await using ProgramProcess monitor = ProgramProcess.Start(
                peers["sigsum-monitor"], ["-p", policyFile, "-i", "1s", submitter.PublicFile]);
            try
            {
                await FollowAsync(monitor, enough);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await PauseAsync(Pause, enough);
        }
    }

    /// <summary>Reads what it writes until it ends.</summary>
    private async Task FollowAsync(ProgramProcess monitor, CancellationToken enough)
    {
        for (int next = 0; await monitor.Output.FindAsync(_ => true, next, enough) is { } line; next++)
            Read(line);
    }

    private void Read(string line)
    {
        if (Processed().Match(line) is { Success: true } match)
        {
            ulong count = ulong.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            Volatile.Write(ref _checked, Math.Max(count, Checked));
        }
        else if (line.Contains("context deadline exceeded", StringComparison.Ordinal))
        {
            // It takes its interval for the time limit of a request, which says something about this machine. Readers in
            // this process give the log ten seconds, and do complain after that.
        }
        else if (line.Contains("[FATA]", StringComparison.Ordinal) || line.Contains("[ERRO]", StringComparison.Ordinal))
        {
            notes.Note("sigsum-monitor", line);
        }
    }

    [GeneratedRegex("total processed ([0-9]+)")]
    private static partial Regex Processed();
}
