using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Admission;

/// <summary>Who may submit how much: the rate limit file as it was read last, and the verifier of submit tokens.</summary>
internal sealed partial class AdmissionPolicy : IDisposable
{
    private readonly RateLimitPolicyFile? _file;
    private readonly RateLimiter? _limiter;
    private readonly ILogger _logger;

    /// <exception cref="StartupException">The rate limit file or the suffix list cannot be used.</exception>
    public AdmissionPolicy(PrimaryOptions options, PublicKey logKey, ILogStore store, NodeServices services)
    {
        _logger = services.Logger<AdmissionPolicy>();
        Tokens = new TokenVerifier(
            logKey,
            new TokenVerifierOptions
            {
                DnsServer = options.DnsServer is { } server ? TokenVerifierOptions.ParseDnsServer(server) : null,
                Timeout = options.Node.Timeout,
            },
            services.Time);
        if (options.RateLimitFile is null)
        {
            Limiter = new NoRateLimit();
            return;
        }

        _file = new RateLimitPolicyFile(options.RateLimitFile, options.AllowTestDomain);
        try
        {
            _limiter = new RateLimiter(_file.Load(), store.ReadRecords(RateLimitRecord.Prefix), services.Time);
            Limiter = _limiter;
        }
        catch (RateLimitFileException error)
        {
            Tokens.Dispose();
            throw new StartupException($"--rate-limit-file: {string.Join("; ", error.Errors)}");
        }
        catch (SigsumFormatException error)
        {
            Tokens.Dispose();
            throw new StartupException($"the rate limit counts in {options.Node.DataDir} are damaged: {error.Message}");
        }
    }

    /// <summary>Checks submit tokens.</summary>
    public TokenVerifier Tokens { get; }

    /// <summary>Counts what is submitted.</summary>
    public IRateLimiter Limiter { get; }

    /// <summary>Reads the files again; keeps the present limits where that fails, and the counts always.</summary>
    public void Reload()
    {
        if (_file is null || _limiter is null)
            return;
        if (_file.TryReload(_limiter, out var error))
        {
            Reloaded(_logger);
            return;
        }

        foreach (var problem in error.Errors)
            NotReloaded(_logger, problem);
    }

    /// <inheritdoc/>
    public void Dispose() => Tokens.Dispose();

    [LoggerMessage(Level = LogLevel.Information, Message = "rate limits read again")]
    private static partial void Reloaded(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "the rate limits stay as they were: {Problem}")]
    private static partial void NotReloaded(ILogger logger, string problem);
}
