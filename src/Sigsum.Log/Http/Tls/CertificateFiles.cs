using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sigsum.Log.Hosting;

namespace Sigsum.Log.Http.Tls;

/// <summary>
/// Reads the three files of <see cref="InternalTlsFiles"/> and makes one <see cref="CertificateSet"/> of them, or
/// tells all that is wrong with them at once.
/// </summary>
internal sealed class CertificateFiles
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    /// <summary>In bits; OpenSSL, as Debian sets it up, does no TLS with less.</summary>
    private const int SmallestRsaKey = 2048;

    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly InternalTlsFiles _files;
    private readonly DateTimeOffset _now;
    private readonly ImmutableArray<ConfigurationProblem>.Builder _problems =
        ImmutableArray.CreateBuilder<ConfigurationProblem>();

    private CertificateFiles(InternalTlsFiles files, DateTimeOffset now) => (_files, _now) = (files, now);

    /// <summary>Reads the files as they are at this moment.</summary>
    /// <exception cref="CertificateFilesException">They cannot be used.</exception>
    public static CertificateSet Read(InternalTlsFiles files, DateTimeOffset now) =>
        new CertificateFiles(files, now).Read();

    private CertificateSet Read()
    {
        foreach (var option in _files.Missing())
            _problems.Add(new(option, $"is missing; write --{option}=FILE"));
        var own = ReadFile(InternalTlsFiles.CertOption, _files.CertFile, ReadOwn);
        var key = ReadFile(InternalTlsFiles.KeyOption, _files.KeyFile, ReadKey);
        var trusted = ReadFile(InternalTlsFiles.CaOption, _files.CaFile, ReadTrusted);
        if (own is null || key is null || trusted is null || Join(own[0], key) is not { } leaf)
            throw new CertificateFilesException(_problems.DrainToImmutable());
        own.RemoveAt(0);
        try
        {
            return new CertificateSet(leaf, own, trusted, Warnings());
        }
        catch (Exception error) when (IsUnusable(error))
        {
            _problems.Add(new(InternalTlsFiles.CertOption, $"{_files.CertFile} cannot be used: {error.Message}"));
            throw new CertificateFilesException(_problems.DrainToImmutable());
        }
    }

    private X509Certificate2Collection ReadOwn(PemFile file)
    {
        var certificates = file.ReadCertificates();
        var leaf = certificates[0];
        CheckKeyKind(leaf);
        if (leaf.Until() <= _now)
            throw new SigsumFormatException($"the certificate has expired, on {leaf.Until():u}; renew it");
        if (leaf.From() > _now)
            throw new SigsumFormatException($"the certificate is valid from {leaf.From():u} only; is the clock right?");
        var purposes = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Select(usage => usage.EnhancedKeyUsages);
        if (purposes.Any(oids => oids[ServerPurpose] is null || oids[ClientPurpose] is null))
        {
            throw new SigsumFormatException(
                "the certificate's extended key usage lacks serverAuth or clientAuth; a node is both, so make one with both");
        }

        return certificates;
    }

    private static void CheckKeyKind(X509Certificate2 leaf)
    {
        using var rsa = leaf.GetRSAPublicKey();
        using var ecdsa = leaf.GetECDsaPublicKey();
        if (rsa is null && ecdsa is null)
        {
            throw new SigsumFormatException(
                "the certificate is for a key that TLS cannot be done with here; make one for ECDSA P-256, or RSA");
        }

        if (rsa?.KeySize < SmallestRsaKey)
            throw new SigsumFormatException($"its RSA key has {rsa.KeySize} bits; make one of {SmallestRsaKey} or more");
    }

    private static PemFile ReadKey(PemFile file)
    {
        file.RequirePrivateKey();
        return file;
    }

    private X509Certificate2Collection ReadTrusted(PemFile file)
    {
        var certificates = file.ReadCertificates();
        var roots = certificates.Where(certificate => certificate.IsSelfIssued()).ToList();
        if (roots.Count == 0)
        {
            throw new SigsumFormatException(
                "it has no certificate that ends a chain, a CA's own or a self-signed one; add the root of the CA");
        }

        if (!roots.Exists(root => root.From() <= _now && _now < root.Until()))
        {
            throw new SigsumFormatException(
                $"no CA or self-signed certificate of it is valid now; the last one was until {roots.Max(root => root.Until()):u}");
        }

        return certificates;
    }

    private X509Certificate2? Join(X509Certificate2 certificate, PemFile key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key.Text);
        }
        catch (Exception error) when (IsUnusable(error))
        {
            _problems.Add(new(InternalTlsFiles.KeyOption,
                $"{_files.KeyFile} is damaged, or not the key of the first certificate in {_files.CertFile}; name the two "
                + "that belong together"));
            return null;
        }
    }

    private T? ReadFile<T>(string option, string path, Func<PemFile, T> read) where T : class
    {
        if (path.Length == 0)
            return null;
        try
        {
            return read(PemFile.Read(path));
        }
        catch (Exception error) when (error is SigsumFormatException || IsUnusable(error))
        {
            _problems.Add(new(option, $"{path} cannot be used: {error.Message}"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new(option, $"{error.Message.TrimEnd('.')}; name a file that can be read"));
        }

        return null;
    }

    /// <summary>What the platform throws at certificates and keys that it does not like.</summary>
    private static bool IsUnusable(Exception error) =>
        error is CryptographicException or ArgumentException or NotSupportedException;

    private ImmutableArray<string> Warnings() =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(_files.KeyFile) & OthersMayRead) != 0
            ? [$"{_files.KeyFile}: other users can read this private key; chmod 600 it"]
            : [];
}
