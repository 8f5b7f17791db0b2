using System.Collections.Immutable;
using Sigsum.Keys;
using Sigsum.Log.Admission;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Signing;
using Sigsum.Log.Signing.Pkcs11;
using Sigsum.Policy;

namespace Sigsum.Log.Hosting;

/// <summary>
/// Reads the files that options name before anything is started, so that what is wrong with them is told together
/// with all other errors. The node reads them again; only their contents at that moment count.
/// </summary>
internal static class OptionFiles
{
    /// <summary>A policy is a few lines for each witness.</summary>
    private const int MaxPolicySize = 1 << 20;

    /// <summary>All that is wrong with the files of a primary.</summary>
    public static async Task<ImmutableArray<ConfigurationProblem>> CheckAsync(
        PrimaryOptions options, CancellationToken cancellationToken)
    {
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        await CheckNodeAsync(options.Node, problems, cancellationToken).ConfigureAwait(false);
        if (options.PolicyFile is { } policy)
            await CheckPolicyAsync(policy, problems, cancellationToken).ConfigureAwait(false);
        if (options.RateLimitFile is { } limits)
            CheckRateLimits(limits, options.AllowTestDomain, problems);
        CheckDirectoryOf(options.SthFile, "sth-file", problems);
        return problems.DrainToImmutable();
    }

    /// <summary>All that is wrong with the files of a secondary.</summary>
    public static async Task<ImmutableArray<ConfigurationProblem>> CheckAsync(
        SecondaryOptions options, CancellationToken cancellationToken)
    {
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        await CheckNodeAsync(options.Node, problems, cancellationToken).ConfigureAwait(false);
        return problems.DrainToImmutable();
    }

    private static async Task CheckNodeAsync(
        NodeOptions node, ImmutableArray<ConfigurationProblem>.Builder problems, CancellationToken cancellationToken)
    {
        if (node.LogFile is { } log)
            CheckDirectoryOf(log, "log-file", problems);
        CheckInternalTls(node.InternalTls, problems);
        if (node.KeyFile.Length == 0)
            return;
        try
        {
            // A token is asked when the node starts, as the agent is that a public key stands for.
            if (Pkcs11Uri.IsUri(node.KeyFile))
            {
                KeyFile.CheckToken(node.KeyFile);
                return;
            }

            var text = await File.ReadAllTextAsync(node.KeyFile, cancellationToken).ConfigureAwait(false);
            if (OpenSshKey.IsPrivate(text))
                (await KeyFile.OpenAsync(node.KeyFile, null, cancellationToken).ConfigureAwait(false)).Dispose();
            else
                await KeyFile.ReadPublicAsync(node.KeyFile, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or KeyFileException)
        {
            problems.Add(new("key-file", Pkcs11Uri.IsUri(node.KeyFile) ? error.Message : Unreadable(error)));
        }
    }

    private static void CheckInternalTls(
        InternalTlsFiles? files, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        try
        {
            if (files is not null)
                CertificateFiles.Read(files, TimeProvider.System.GetUtcNow()).Dispose();
        }
        catch (CertificateFilesException error)
        {
            problems.AddRange(error.Problems);
        }
    }

    private static async Task CheckPolicyAsync(
        string path, ImmutableArray<ConfigurationProblem>.Builder problems, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > MaxPolicySize)
                throw new SigsumFormatException($"it is longer than {MaxPolicySize} bytes");
            TrustPolicy.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
        }
        catch (SigsumFormatException error)
        {
            problems.Add(new("policy-file", $"{path} is not a policy: {error.Message}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new("policy-file", Unreadable(error)));
        }
    }

    private static void CheckRateLimits(
        string path, bool allowTestDomain, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        try
        {
            new RateLimitPolicyFile(path, allowTestDomain).Load();
        }
        catch (RateLimitFileException error)
        {
            foreach (var message in error.Errors)
                problems.Add(new("rate-limit-file", message));
        }
    }

    private static void CheckDirectoryOf(
        string path, string option, ImmutableArray<ConfigurationProblem>.Builder problems)
    {
        if (path.Length == 0)
            return;
        var directory = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path))
            problems.Add(new(option, $"{path} is a directory; name a file"));
        else if (!Directory.Exists(directory))
            problems.Add(new(option, $"there is no directory {directory}; make it, or name a file elsewhere"));
    }

    private static string Unreadable(Exception error) => $"{error.Message.TrimEnd('.')}; name a file that can be read";
}
