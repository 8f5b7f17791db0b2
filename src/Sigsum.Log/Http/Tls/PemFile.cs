using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sigsum.Log.Http.Tls;

/// <summary>
/// Reads PEM files strictly. The platform's readers pass over a block that is damaged; here it is an error, since a
/// certificate that is silently not trusted, or not shown, is found out when a node is missed.
/// </summary>
internal sealed class PemFile
{
    /// <summary>Files longer than this are not certificates; a system's whole bundle has a quarter of it.</summary>
    public const int MaxSize = 1 << 20;

    private const string Begin = "-----BEGIN ";
    private const string Certificate = "CERTIFICATE";
    private const string PrivateKeyEnd = "PRIVATE KEY";
    private const string OldEncryption = "Proc-Type: 4,ENCRYPTED";
    private const string Encrypted = "its private key is encrypted, and nobody is there to type a passphrase";

    private readonly List<string> _labels = [];
    private readonly List<byte[]> _contents = [];

    private PemFile(string text) => Text = text;

    /// <summary>The whole file.</summary>
    public string Text { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="SigsumFormatException">A block of it is damaged, or it is too long.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PemFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[MaxSize + 1];
        var size = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (size > MaxSize)
            throw new SigsumFormatException($"it is longer than {MaxSize} bytes");
        var text = Encoding.UTF8.GetString(buffer, 0, size);
        CryptographicOperations.ZeroMemory(buffer);
        return Parse(text);
    }

    /// <summary>Reads what is in a file.</summary>
    /// <exception cref="SigsumFormatException">A block of it is damaged.</exception>
    internal static PemFile Parse(string text)
    {
        var file = new PemFile(text);
        file.Split();
        return file;
    }

    /// <summary>All certificates, in their order; the file must have one or more, and nothing else.</summary>
    /// <exception cref="SigsumFormatException">It has not.</exception>
    public X509Certificate2Collection ReadCertificates()
    {
        if (_labels.Count == 0)
            throw new SigsumFormatException("it has no PEM certificate");
        if (_labels.Find(label => label != Certificate) is { } other)
            throw new SigsumFormatException($"it has a PEM block '{other}'; certificates only belong there");
        var certificates = new X509Certificate2Collection();
        foreach (var content in _contents)
        {
            try
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(content));
            }
            catch (CryptographicException error)
            {
                throw new SigsumFormatException(
                    $"its certificate number {certificates.Count + 1} is damaged: {error.Message}");
            }
        }

        return certificates;
    }

    /// <summary>Checks that there is one private key, unencrypted.</summary>
    /// <exception cref="SigsumFormatException">There is not.</exception>
    public void RequirePrivateKey()
    {
        var keys = _labels.Where(label => label.EndsWith(PrivateKeyEnd, StringComparison.Ordinal)).ToList();
        if (keys.Count != 1)
            throw new SigsumFormatException($"it has {(keys.Count == 0 ? "no" : "more than one")} PEM private key");
        if (keys[0].StartsWith("ENCRYPTED", StringComparison.Ordinal))
            throw new SigsumFormatException(Encrypted);
        if (keys[0].StartsWith("OPENSSH", StringComparison.Ordinal))
            throw new SigsumFormatException("its private key is in OpenSSH's format, which TLS does not use");
    }

    private void Split()
    {
        var begun = Text.AsSpan().Count(Begin);
        var rest = Text.AsSpan();
        while (PemEncoding.TryFind(rest, out var found))
        {
            _labels.Add(rest[found.Label].ToString());
            _contents.Add(Convert.FromBase64String(rest[found.Base64Data].ToString()));
            rest = rest[found.Location.End..];
        }

        if (_labels.Count == begun)
            return;
        throw new SigsumFormatException(Text.Contains(OldEncryption, StringComparison.Ordinal)
            ? Encrypted
            : "a PEM block of it is damaged, or has no end");
    }
}
