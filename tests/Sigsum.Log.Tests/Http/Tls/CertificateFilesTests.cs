using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Tests.Hosting;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Http.Tls;

/// <summary>The three files between nodes: what they may hold, and what is said about those that cannot be used.</summary>
public sealed class CertificateFilesTests : IDisposable
{
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
    private readonly TempDirectory _folder = new();
    private readonly TestCertificate _authority = TestCertificate.Authority();
    private readonly TestCertificate _own;

    public CertificateFilesTests() => _own = _authority.Issue();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
        _own.Dispose();
    }

    [Fact]
    public void Good_files_make_a_set()
    {
        using var set = Read(_own.Pem, _own.KeyPem, "# the nodes of our log\n" + _authority.Pem + _own.Pem);
        Assert.Equal("CN=node", set.Subject);
        Assert.Equal(2, set.TrustedCount);
        Assert.Equal(new DateTimeOffset(_own.Certificate.NotAfter), set.NotAfter);
        Assert.Empty(set.Warnings);
    }

    [Fact]
    public void Keys_are_taken_in_all_forms_that_openssl_writes_them()
    {
        using var ecdsa = _own.Certificate.GetECDsaPrivateKey()!;
        Read(_own.Pem, ecdsa.ExportECPrivateKeyPem(), _authority.Pem).Dispose();
        using var rsa = RSA.Create(2048);
        using var certificate = SelfSigned(rsa);
        Read(certificate.ExportCertificatePem(), rsa.ExportPkcs8PrivateKeyPem(), _authority.Pem).Dispose();
        Read(certificate.ExportCertificatePem(), rsa.ExportRSAPrivateKeyPem(), _authority.Pem).Dispose();
    }

    [Fact]
    public void A_key_that_others_can_read_is_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no modes");
        using var set = Read(_own.Pem, _own.KeyPem, _authority.Pem, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal($"{_folder.PathOf("key")}: other users can read this private key; chmod 600 it", Assert.Single(set.Warnings));
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_named_with_the_reason()
    {
        const string option = "internal-tls-cert-file";
        AssertRefused(option, "it has no PEM certificate", cert: "nothing");
        AssertRefused(option, "it has no PEM certificate", cert: "");
        AssertRefused(option, "a PEM block 'PRIVATE KEY'", cert: _own.Pem + _own.KeyPem);
        AssertRefused(option, "a PEM block of it is damaged", cert: _own.Pem[..^30]);
        AssertRefused(option, "a PEM block of it is damaged", cert: _own.Pem + _authority.Pem.Replace('M', '*'));
        AssertRefused(option, "its certificate number 2 is damaged",
            cert: _own.Pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        AssertRefused(option, $"longer than {PemFile.MaxSize} bytes", cert: _own.Pem + new string('\n', PemFile.MaxSize));
        using var expired = _authority.Issue(new() { From = TimeSpan.FromDays(-9), Until = TimeSpan.FromMinutes(-1) });
        AssertRefused(option, "the certificate has expired, on 20", cert: expired.Pem, key: expired.KeyPem);
        using var future = _authority.Issue(new() { From = TimeSpan.FromHours(1) });
        AssertRefused(option, "is the clock right?", cert: future.Pem, key: future.KeyPem);
        using var server = _authority.Issue(new() { Purposes = [TestCertificate.ServerPurpose] });
        AssertRefused(option, "lacks serverAuth or clientAuth", cert: server.Pem, key: server.KeyPem);
        using var client = _authority.Issue(new() { Purposes = [TestCertificate.ClientPurpose] });
        AssertRefused(option, "lacks serverAuth or clientAuth", cert: client.Pem, key: client.KeyPem);
        using var rsa = RSA.Create(1024);
        using var weak = SelfSigned(rsa);
        AssertRefused(option, "its RSA key has 1024 bits",
            cert: weak.ExportCertificatePem(), key: rsa.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public async Task A_certificate_for_Ed25519_is_refused_with_a_way_out()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (cert, key) = (_folder.PathOf("ed.pem"), _folder.PathOf("ed.key"));
        string[] command =
            ["req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=node", "-keyout", key, "-out", cert];
        (await ProgramProcess.RunAsync("openssl", command, cancellation)).Succeeded();
        AssertRefused("internal-tls-cert-file", "make one for ECDSA P-256, or RSA",
            cert: await File.ReadAllTextAsync(cert, cancellation), key: await File.ReadAllTextAsync(key, cancellation));
    }

    [Fact]
    public void A_key_that_cannot_be_used_is_named_with_the_reason()
    {
        const string option = "internal-tls-key-file";
        using var ecdsa = _own.Certificate.GetECDsaPrivateKey()!;
        using var rsa = RSA.Create(2048);
        AssertRefused(option, "it has no PEM private key", key: "nothing");
        AssertRefused(option, "it has no PEM private key", key: ecdsa.ExportSubjectPublicKeyInfoPem());
        AssertRefused(option, "it has no PEM private key", key: _own.Pem);
        AssertRefused(option, "it has more than one PEM private key", key: _own.KeyPem + _authority.KeyPem);
        AssertRefused(option, "its private key is encrypted", key: ecdsa.ExportEncryptedPkcs8PrivateKeyPem("p", Encryption));
        AssertRefused(option, "its private key is encrypted",
            key: "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n");
        AssertRefused(option, "in OpenSSH's format",
            key: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
        AssertRefused(option, "not the key of the first certificate in", key: _authority.KeyPem);
        AssertRefused(option, "not the key of the first certificate in", key: rsa.ExportPkcs8PrivateKeyPem());
        AssertRefused(option, "not the key of the first certificate in", key: rsa.ExportRSAPrivateKeyPem());
        AssertRefused(option, "is damaged, or not the key of",
            key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    }

    [Fact]
    public void Trust_in_nothing_that_can_be_reached_is_refused()
    {
        const string option = "internal-tls-ca-file";
        using var expired = TestCertificate.SelfSigned(new() { From = TimeSpan.FromDays(-9), Until = TimeSpan.FromDays(-2) });
        AssertRefused(option, "it has no PEM certificate", trusted: "");
        AssertRefused(option, "a PEM block 'PRIVATE KEY'", trusted: _authority.Pem + _authority.KeyPem);
        AssertRefused(option, "a PEM block of it is damaged", trusted: _authority.Pem + _own.Pem[..^30]);
        AssertRefused(option, "add the root of the CA", trusted: _own.Pem);
        AssertRefused(option, "is valid now; the last one was until 20", trusted: expired.Pem);
        Read(_own.Pem, _own.KeyPem, expired.Pem + _authority.Pem).Dispose();
    }

    /// <summary>A node that reads its files again must live on, whatever has become of them.</summary>
    [Fact]
    public void Damage_is_an_error_and_nothing_else()
    {
        string[] good = [_own.Pem, _own.KeyPem, _authority.Pem];
        Gen.Select(Gen.Int[0, 2], Gen.Double[0, 1], Gen.Byte).Sample((number, place, value) =>
        {
            var pem = PemEncoding.Find(good[number]);
            var content = Convert.FromBase64String(good[number][pem.Base64Data]);
            content[(int)(place * (content.Length - 1))] = value;
            var files = (string[])good.Clone();
            files[number] = PemEncoding.WriteString(good[number][pem.Label], content);
            try
            {
                Read(files[0], files[1], files[2]).Dispose();
            }
            catch (CertificateFilesException error)
            {
                Assert.NotEmpty(error.Problems);
                Assert.All(error.Problems, problem => Assert.DoesNotContain('\n', problem.Message));
            }
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var files = new InternalTlsFiles(_folder.PathOf("missing"), _folder.FullName, _folder.Write("ca", "nothing"));
        var error = Assert.Throws<CertificateFilesException>(() => CertificateFiles.Read(files, TimeProvider.System.GetUtcNow()));
        Assert.Equal(
            ["internal-tls-cert-file", "internal-tls-key-file", "internal-tls-ca-file"],
            error.Problems.Select(problem => problem.Option));
        Assert.All(error.Problems, problem => Assert.DoesNotContain('\n', problem.Message));
        Assert.Contains(_folder.PathOf("missing"), error.Problems[0].Message, StringComparison.Ordinal);
        Assert.EndsWith("name a file that can be read", error.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_is_not_opened_with_a_part_of_it()
    {
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        var options = new NodeOptions { KeyFile = "", InternalTls = new("", "", _folder.Write("ca", _authority.Pem)) };
        var error = Assert.Throws<StartupException>(() => InternalNetwork.Open(options, NoSuccession.Of(services), services));
        Assert.Contains("--internal-tls-cert-file: is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("--internal-tls-key-file: is missing", error.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 SelfSigned(RSA key) =>
        new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));

    private void AssertRefused(string option, string because, string? cert = null, string? key = null, string? trusted = null)
    {
        var error = Assert.Throws<CertificateFilesException>(
            () => Read(cert ?? _own.Pem, key ?? _own.KeyPem, trusted ?? _authority.Pem));
        var problem = Assert.Single(error.Problems);
        Assert.Equal(option, problem.Option);
        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.FullName, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    private CertificateSet Read(
        string cert, string key, string trusted, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var files = new InternalTlsFiles(_folder.Write("cert", cert), _folder.Write("key", key), _folder.Write("ca", trusted));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(files.KeyFile, mode);
        return CertificateFiles.Read(files, TimeProvider.System.GetUtcNow());
    }
}
