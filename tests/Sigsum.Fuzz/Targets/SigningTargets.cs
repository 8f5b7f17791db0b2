using System.Text;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.KeyShares;
using Sigsum.Log.Signing;
using Sigsum.Log.Signing.Pkcs11;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What the log's key is found by, and what stands beside it.</summary>
internal static class SigningTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("startup-file", input => StartupFile.Parse(input), (input, mode) =>
            Must.Hold(
                mode is not { } known || Text.Header(input).TrimEnd('\n') == "startup=" + StartupFile.NameOf(known),
                "a mode has one spelling")),
        Of("ssh-agent-answer", input => SshAgentProtocol.ReadSignResponse(Frame(input)), (input, value) =>
            Must.BeWrittenAs(input.AsSpan(input.Length - 64), value.AsSpan()), typeof(SshAgentException)),
        Of("pkcs11-uri", input => Pkcs11Uri.Parse(Text.File(input)), (_, value) =>
        {
            Must.Hold(value.Object is not null || !value.Id.IsEmpty, "it names a key");
            Must.Hold((value.ModulePath is null) != (value.ModuleName is null), "it names a module");
            Must.Hold(value.PinFile is null || Path.IsPathFullyQualified(value.PinFile), "the PIN's file is named in full");
        }),
        Of("token-point", input => TokenKeyFinder.ReadPoint(input), (input, value) =>
        {
            if (value is { } key)
                Must.BeWrittenAs(input.AsSpan(input.Length - 32), key.AsSpan());
        }),
        Of("key-shares", input => KeyShareText.Parse(Text.File(input), "file"), (_, value) =>
        {
            foreach (KeyShare share in value)
            {
                Must.BeWrittenTheSameAgain(
                    share, s => Encoding.UTF8.GetBytes(KeyShareText.Format(s)),
                    written => KeyShareText.Parse(Encoding.UTF8.GetString(written), "file")[0]);
            }
        }, typeof(KeyShareException)),
        Of("pem-certificates", input => PemFile.Parse(Text.File(input)).ReadCertificates(), (_, value) =>
        {
            Must.Hold(value.Count > 0, "there is a certificate");
            foreach (var certificate in value)
                certificate.Dispose();
        }),
        Of("pem-private-key", input =>
        {
            PemFile file = PemFile.Parse(Text.File(input));
            file.RequirePrivateKey();
            return file;
        }, (input, value) => Must.Hold(value.Text.Contains("PRIVATE KEY-----", StringComparison.Ordinal), "there is a key")),
    ];

    /// <summary>As it is read from the socket: a length, and as many bytes.</summary>
    private static ReadOnlySpan<byte> Frame(ReadOnlySpan<byte> input)
    {
        if (input.Length < SshAgentProtocol.LengthSize)
            throw new SshAgentException("closed the connection");
        int length = SshAgentProtocol.ReadLength(input);
        return length == input.Length - SshAgentProtocol.LengthSize
            ? input[SshAgentProtocol.LengthSize..]
            : throw new SshAgentException("closed the connection");
    }
}
