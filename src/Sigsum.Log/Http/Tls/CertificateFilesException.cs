using System.Collections.Immutable;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Http.Tls;

/// <summary>Certificates that cannot be used; carries everything that is wrong with the three files.</summary>
internal sealed class CertificateFilesException(ImmutableArray<ConfigurationProblem> problems)
    : Exception(string.Join("; ", problems))
{
    /// <summary>One for each thing that is wrong, with the option that names the file.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; } = problems;
}
