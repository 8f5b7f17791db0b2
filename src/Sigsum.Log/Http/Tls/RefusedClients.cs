using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Sigsum.Log.Http.Tls;

/// <summary>
/// Tells the operator who was refused at the internal endpoint, and why. Anybody who reaches the endpoint can cause
/// this, so there is a line now and then, and a count of all.
/// </summary>
internal sealed partial class RefusedClients(TimeProvider time, ILogger<RefusedClients> logger)
{
    /// <summary>The shortest time between two lines.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private const int MaxSubject = 200;

    private readonly Lock _gate = new();
    private long _count;
    private long _untold;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>How many connections were refused since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Somebody was refused.</summary>
    public void Add(EndPoint? address, X509Certificate? certificate, X509Chain? chain)
    {
        Interlocked.Increment(ref _count);
        long untold;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (now < _next)
            {
                _untold++;
                return;
            }

            _next = now + Pause;
            (untold, _untold) = (_untold, 0);
        }

        Refused(logger, address, Describe(certificate, chain), untold);
    }

    private static string Describe(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null)
            return "it showed no certificate";
        var subject = certificate.Subject.Length <= MaxSubject ? certificate.Subject : certificate.Subject[..MaxSubject];
        var reasons = chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? [];
        return $"its certificate '{subject}' does not pass: {string.Join(", ", reasons)}";
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "refused {Address} at the internal endpoint: {Reason} ({Untold} more were refused since the last such line)")]
    private static partial void Refused(ILogger logger, EndPoint? address, string reason, long untold);
}
