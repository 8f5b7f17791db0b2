using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Sigsum.Crypto;
using Sigsum.Keys;

namespace Sigsum.Log.Signing;

/// <summary>
/// Key files as log-go reads them: an OpenSSH private key; an OpenSSH public key, whose private key the ssh-agent
/// holds; or, deprecated, the private key's seed in hex.
/// </summary>
internal static class KeyFile
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const int MaxSize = 16 * 1024;

    private const UnixFileMode OthersMayRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Opens the signer that a key file stands for.</summary>
    /// <exception cref="KeyFileException">
    /// The file cannot be read, is no key file, or is a public key that no agent signs with.
    /// </exception>
    public static async Task<OpenedKey> OpenAsync(
        string path, SshAgentOptions? agent = null, CancellationToken cancellationToken = default)
    {
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
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMayRead) != 0)
            warnings.Add($"{path}: other users can read this private key; chmod 600 it");
        return warnings.DrainToImmutable();
    }
}
