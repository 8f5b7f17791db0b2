using System.Security.Cryptography.X509Certificates;

namespace Sigsum.Log.Http.Tls;

/// <summary>What is asked of certificates here; the platform tells times in the machine's time zone.</summary>
internal static class CertificateTimes
{
    /// <summary>The first moment at which it is valid.</summary>
    public static DateTimeOffset From(this X509Certificate2 certificate) =>
        new(certificate.NotBefore.ToUniversalTime());

    /// <summary>The moment after which it is not valid any more.</summary>
    public static DateTimeOffset Until(this X509Certificate2 certificate) =>
        new(certificate.NotAfter.ToUniversalTime());

    /// <summary>Whether it names itself as its issuer, as the end of each chain does.</summary>
    public static bool IsSelfIssued(this X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
