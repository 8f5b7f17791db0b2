using System.Diagnostics.CodeAnalysis;

namespace Sigsum.Log.Admission;

/// <summary>The rate limit file and the suffix list that it names, to be read at start and again on request.</summary>
internal sealed class RateLimitPolicyFile
{
    /// <summary>The real suffix list has a third of a megabyte.</summary>
    private const int MaxFileSize = 16 << 20;

    private readonly string _path;
    private readonly bool _allowTestDomain;

    /// <summary>Names the file.</summary>
    /// <param name="path">The rate limit file. A relative path of a suffix list in it is relative to the working
    /// directory, as in log-go.</param>
    /// <param name="allowTestDomain">See <see cref="RateLimitRules"/>.</param>
    public RateLimitPolicyFile(string path, bool allowTestDomain)
    {
        _path = path;
        _allowTestDomain = allowTestDomain;
    }

    /// <summary>Reads both files.</summary>
    /// <exception cref="RateLimitFileException">With everything that is wrong.</exception>
    public RateLimitRules Load()
    {
        var config = RateLimitConfig.Parse(_path, Read(_path));
        var suffixes = config is { PublicLimit: > 0, PublicSuffixFile: { } file }
            ? PublicSuffixList.Parse(file, Read(file))
            : null;
        return new RateLimitRules(config, suffixes, _allowTestDomain);
    }

    /// <summary>Reads both files again and lets the limiter use them; counts stay. When anything is wrong, the limiter
    /// keeps what it has.</summary>
    /// <param name="limiter">The limiter.</param>
    /// <param name="error">What was wrong.</param>
    public bool TryReload(RateLimiter limiter, [NotNullWhen(false)] out RateLimitFileException? error)
    {
        try
        {
            limiter.Replace(Load());
            error = null;
            return true;
        }
        catch (RateLimitFileException exception)
        {
            error = exception;
            return false;
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MaxFileSize)
                throw new RateLimitFileException([$"{path}: larger than {MaxFileSize >> 20} MiB"]);
            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RateLimitFileException([$"{path}: cannot be read: {exception.Message}"]);
        }
    }
}
