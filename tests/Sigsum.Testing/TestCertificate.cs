using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sigsum.Testing;

/// <summary>What a certificate for a test says; by default one that a node can use at this moment.</summary>
public sealed record CertificateWish
{
    public string Subject { get; init; } = "CN=node";

    /// <summary>DNS names and IP addresses.</summary>
    public string[] Names { get; init; } = ["localhost", "127.0.0.1"];

    /// <summary>Begin, counted from now.</summary>
    public TimeSpan From { get; init; } = TimeSpan.FromHours(-1);

    /// <summary>End, counted from now.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Extended key usages as OIDs; none for no such extension.</summary>
    public string[] Purposes { get; init; } = [];

    /// <summary>Where the certificate of the issuer is said to be.</summary>
    public Uri? IssuerUrl { get; init; }

    /// <summary>Whether it may issue others.</summary>
    public bool IsAuthority { get; init; }
}

/// <summary>A certificate with its private key, made for one test: self-signed, or issued by another one.</summary>
public sealed class TestCertificate : IDisposable
{
    public const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    public const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    private TestCertificate(X509Certificate2 certificate) => Certificate = certificate;

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public string KeyPem
    {
        get
        {
            using var key = Certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    public static TestCertificate SelfSigned(CertificateWish? wish = null) => Make(wish ?? new(), issuer: null);

    public static TestCertificate Authority(string subject = "CN=test CA") => SelfSigned(new()
    {
        Subject = subject,
        Names = [],
        From = TimeSpan.FromDays(-1000),
        Until = TimeSpan.FromDays(3650),
        IsAuthority = true,
    });

    /// <summary>Issues a certificate, whether or not this one may.</summary>
    public TestCertificate Issue(CertificateWish? wish = null) => Make(wish ?? new(), Certificate);

    public void Dispose() => Certificate.Dispose();

    private static TestCertificate Make(CertificateWish wish, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(wish.Subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(wish.IsAuthority, false, 0, true));
        if (wish.Names.Length > 0)
            request.CertificateExtensions.Add(NamesOf(wish));
        if (wish.Purposes.Length > 0)
        {
            var purposes = new OidCollection();
            foreach (var purpose in wish.Purposes)
                purposes.Add(new Oid(purpose));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        }

        if (wish.IssuerUrl is { } url)
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [url.AbsoluteUri]));

        var now = TimeProvider.System.GetUtcNow();
        if (issuer is null)
            return new(request.CreateSelfSigned(now + wish.From, now + wish.Until));

        var generator = X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!);
        using var issued = request.Create(
            issuer.SubjectName, generator, now + wish.From, now + wish.Until, RandomNumberGenerator.GetBytes(16));
        return new(issued.CopyWithPrivateKey(key));
    }

    private static X509Extension NamesOf(CertificateWish wish)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in wish.Names)
        {
            if (IPAddress.TryParse(name, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(name);
        }

        return names.Build();
    }
}
