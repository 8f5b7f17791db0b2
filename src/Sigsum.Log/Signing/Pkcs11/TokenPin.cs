using System.Security.Cryptography;
using System.Text;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>
/// Where the PIN of a token comes from: the file that the URI names, or an environment variable. It is read anew for
/// each login, so that a PIN that was changed needs no restart.
/// </summary>
internal sealed class TokenPin(Pkcs11Uri uri, TokenOptions options)
{
    /// <summary>The environment variable that holds the PIN where the URI has no pin-source.</summary>
    public const string Variable = "SIGSUM_LOG_PIN";

    /// <summary>The longest PIN that is read, in bytes.</summary>
    public const int MaxSize = 256;

    private byte[]? _refused;

    /// <summary>The PIN; null where there is none at all, which suits a token without login.</summary>
    /// <exception cref="TokenException">
    /// The file cannot be read or holds no PIN; or the token has refused this very PIN before. Tokens lock themselves
    /// after a few wrong ones, so one is never offered twice.
    /// </exception>
    public byte[]? Read()
    {
        var pin = uri.PinFile is { } path ? ReadFile(path)
            : options.Environment(Variable) is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text)
            : null;
        if (pin is not null && _refused is { } refused && refused.AsSpan().SequenceEqual(SHA256.HashData(pin)))
            throw new TokenException($"the token has refused the PIN {Origin}; it is not offered again until it changes");
        return pin;
    }

    /// <summary>Reads the file that a URI names, if any, and forgets it again.</summary>
    /// <exception cref="TokenException">It cannot be read, or holds no PIN.</exception>
    public static void Check(Pkcs11Uri uri)
    {
        if (uri.PinFile is { } path)
            CryptographicOperations.ZeroMemory(ReadFile(path));
    }

    /// <summary>The token has refused this PIN.</summary>
    /// <returns>What to tell the operator.</returns>
    public string Refuse(ReadOnlySpan<byte> pin)
    {
        _refused = SHA256.HashData(pin);
        return $"the PIN {Origin} is wrong";
    }

    /// <summary>What to write where there is no PIN.</summary>
    public static string Advice => $"write pin-source=FILE behind the '?' of the URI, or set {Variable}";

    private string Origin => uri.PinFile is { } path ? $"in {path}" : $"in {Variable}";

    private static byte[] ReadFile(string path)
    {
        var buffer = new byte[MaxSize + 2];
        try
        {
            int size;
            using (var file = File.OpenRead(path))
                size = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var pin = buffer.AsSpan(0, size);
            if (pin is [.., (byte)'\n'])
                pin = pin[..^1];
            if (pin is [.., (byte)'\r'])
                pin = pin[..^1];
            if (pin.IsEmpty)
                throw new TokenException($"{path} (pin-source) is empty; write the PIN into it");
            return pin.Length <= MaxSize && !pin.ContainsAny((byte)'\n', (byte)'\0')
                ? pin.ToArray()
                : throw new TokenException($"{path} (pin-source) is no PIN: one line of at most {MaxSize} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenException($"cannot read the PIN: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
