using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Signing.Pkcs11;

namespace Sigsum.Log.Signing;

/// <summary>
/// Key files as log-go reads them: an OpenSSH private key; an OpenSSH public key, whose private key the ssh-agent
/// holds; or, deprecated, the private key's seed in hex. And, in place of a file, a PKCS#11 URI.
/// </summary>
internal static class KeyFile
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const int MaxSize = 16 * 1024;

    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Opens the signer that a key file, or a PKCS#11 URI, stands for.</summary>
    /// <exception cref="KeyFileException">
    /// The file cannot be read, is no key file, or is a public key that no agent signs with; or the token that a URI
    /// names does not sign.
    /// </exception>
    public static async Task<OpenedKey> OpenAsync(
        string path, SshAgentOptions? agent = null, CancellationToken cancellationToken = default)
    {
        if (Pkcs11Uri.IsUri(path))
            return await OpenTokenAsync(path, cancellationToken).ConfigureAwait(false);
        string text = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (OpenSshKey.IsPrivate(text))
            return new OpenedKey(Parse(path, text, OpenSshKey.ParsePrivate), WarningsAbout(path, text));
        PublicKey publicKey = Parse(path, text, OpenSshKey.ParsePublic);
        try
        {
            SshAgentSigner signer = await SshAgentSigner
                .ConnectAsync(publicKey, agent ?? SshAgentOptions.Default, cancellationToken).ConfigureAwait(false);
            return new OpenedKey(signer, []);
        }
        catch (SshAgentException e)
        {
            throw new KeyFileException($"{path}: this is a public key, so an agent has to sign: {e.Message}", e);
        }
    }

    /// <summary>Reads an OpenSSH public key, such as the key of a secondary.</summary>
    /// <exception cref="KeyFileException">The file cannot be read, or is no public key.</exception>
    public static async Task<PublicKey> ReadPublicAsync(string path, CancellationToken cancellationToken = default)
    {
        string text = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (OpenSshKey.IsPrivate(text))
            throw new KeyFileException($"{path}: this is a private key; name the file with the public key (.pub)");
        return Parse(path, text, OpenSshKey.ParsePublic);
    }

    /// <summary>Reads a PKCS#11 URI and looks for the files that it names, without talking to the token.</summary>
    /// <exception cref="KeyFileException">The URI cannot be used, or a file is not there.</exception>
    public static Pkcs11Uri CheckToken(string text)
    {
        try
        {
            Pkcs11Uri uri = Pkcs11Uri.Parse(text);
            ModuleFile.Find(uri);
            TokenPin.Check(uri);
            return uri;
        }
        catch (Exception e) when (e is SigsumFormatException or TokenException)
        {
            throw new KeyFileException($"PKCS#11 URI: {e.Message}", e);
        }
    }

    private static async Task<OpenedKey> OpenTokenAsync(string text, CancellationToken cancellationToken)
    {
        Pkcs11Uri uri = CheckToken(text);
        try
        {
            Pkcs11Signer signer = await Pkcs11Signer.OpenAsync(uri, TokenOptions.Default, cancellationToken)
                .ConfigureAwait(false);
            ImmutableArray<string> warnings = uri.PinFile is { } pin && OthersCanRead(pin)
                ? [$"{pin}: other users can read the PIN of the token; chmod 600 it"]
                : [];
            return new OpenedKey(signer, warnings);
        }
        catch (TokenException e)
        {
            throw new KeyFileException(e.Message, e);
        }
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxSize + 1];
        try
        {
            int size;
            using (FileStream file = File.OpenRead(path))
                size = await file.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken)
                    .ConfigureAwait(false);
            if (size > MaxSize)
                throw new KeyFileException($"{path}: not a key file: longer than {MaxSize} bytes");
            return Encoding.UTF8.GetString(buffer, 0, size).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"{path}: cannot read the key file: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static T Parse<T>(string path, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (SigsumFormatException e)
        {
            throw new KeyFileException(
                $"{path}: neither an unencrypted OpenSSH Ed25519 private key nor a public key: {e.Message}", e);
        }
    }

    private static ImmutableArray<string> WarningsAbout(string path, string privateKey)
    {
        ImmutableArray<string>.Builder warnings = ImmutableArray.CreateBuilder<string>();
        if (!privateKey.StartsWith("-----", StringComparison.Ordinal))
        {
            warnings.Add(
                $"{path}: raw keys in hex are deprecated; write an OpenSSH private key instead (sigsum-key from-hex)");
        }
        if (OthersCanRead(path))
            warnings.Add($"{path}: other users can read this private key; chmod 600 it");
        return warnings.DrainToImmutable();
    }

    private static bool OthersCanRead(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMayRead) != 0;
}
