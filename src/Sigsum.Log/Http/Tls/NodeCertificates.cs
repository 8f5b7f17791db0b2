using System.Globalization;
using Microsoft.Extensions.Logging;
using Sigsum.Log.Diagnostics;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Http.Tls;

/// <summary>
/// The certificates of a node as they were read last. Reading them again replaces all or nothing; what was signed,
/// stored or is being answered is not touched by it.
/// </summary>
internal sealed partial class NodeCertificates : IDisposable
{
    /// <summary>How long before their end an operator is told; less for certificates that are made for less time.</summary>
    public static readonly TimeSpan LongestNotice = TimeSpan.FromDays(30);

    /// <summary>How often the clock is looked at.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly InternalTlsFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HealthCondition _condition;
    private readonly Lock _gate = new();
    private volatile CertificateSet _current;

    private NodeCertificates(InternalTlsFiles files, CertificateSet first, NodeServices services)
    {
        _files = files;
        _time = services.Time;
        _logger = services.Logger<NodeCertificates>();
        _condition = services.Health.Register("internal certificate", required: false);
        _current = first;
        Refused = new RefusedClients(services.Time, services.Logger<RefusedClients>());
        services.Metrics.State.ObserveInternalTls(() => _current.NotAfter, () => Refused.Count);
        Tell(first);
        Look();
    }

    /// <summary>What counts for a connection that begins now.</summary>
    public CertificateSet Current => _current;

    /// <summary>Who was refused.</summary>
    public RefusedClients Refused { get; }

    /// <summary>Reads the files for the first time.</summary>
    /// <exception cref="StartupException">They cannot be used.</exception>
    public static NodeCertificates Open(InternalTlsFiles files, NodeServices services)
    {
        try
        {
            return new NodeCertificates(files, CertificateFiles.Read(files, services.Time.GetUtcNow()), services);
        }
        catch (CertificateFilesException error)
        {
            throw new StartupException(error.Message);
        }
    }

    /// <summary>Reads the files again; keeps what was there where that fails.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            CertificateSet next;
            try
            {
                next = CertificateFiles.Read(_files, _time.GetUtcNow());
            }
            catch (CertificateFilesException error)
            {
                foreach (var problem in error.Problems)
                    NotReloaded(_logger, problem);
                return;
            }

            var before = _current;
            _current = next;
            before.Dispose();
            Tell(next);
        }

        Look();
    }

    /// <summary>Tells in time that the certificates come to their end.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Look();
            await Task.Delay(LookInterval, _time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _current.Dispose();

    private void Look()
    {
        var set = _current;
        var left = set.NotAfter - _time.GetUtcNow();
        var third = (set.NotAfter - set.NotBefore) / 3;
        const string advice = "put new ones in place and send SIGHUP";
        if (left <= TimeSpan.Zero)
            _condition.NotMet($"the certificates have expired, on {set.NotAfter:u}: no node talks to this one; {advice}");
        else if (left < (third < LongestNotice ? third : LongestNotice))
            _condition.NotMet($"the certificates expire on {set.NotAfter:u}; {advice}");
        else
            _condition.Met();
    }

    private void Tell(CertificateSet set)
    {
        if (_logger.IsEnabled(LogLevel.Information))
        {
            var until = set.NotAfter.ToString("u", CultureInfo.InvariantCulture);
            InUse(_logger, set.Subject, until, set.TrustedCount);
        }

        foreach (var warning in set.Warnings)
            Warn(_logger, warning);
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "mutual TLS between nodes: this one is {Subject}, until {NotAfter}; {Count} certificates are trusted")]
    private static partial void InUse(ILogger logger, string subject, string notAfter, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void Warn(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Error, Message = "the certificates of the internal endpoint stay as they were: {Problem}")]
    private static partial void NotReloaded(ILogger logger, ConfigurationProblem problem);
}
