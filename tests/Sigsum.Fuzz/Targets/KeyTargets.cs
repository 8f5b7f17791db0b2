using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Keys;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>Keys, signatures, hashes and numbers, in all their spellings.</summary>
internal static class KeyTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("openssh-public", input => OpenSshKey.ParsePublic(Text.File(input)), (input, value) =>
        {
            Must.Hold(OpenSshKey.ParsePublic(OpenSshKey.FormatPublic(value)) == value, "it is read again as it was");
            string base64 = OpenSshKey.FormatPublic(value).Split(' ')[1];
            Must.Hold(Text.File(input).Contains(base64, StringComparison.Ordinal), "the key has one spelling");
        }),
        Of("openssh-private", input => OpenSshKey.ParsePrivate(Text.File(input)), (input, value) =>
        {
            using (value)
            {
                Must.Hold(OpenSshKey.IsPrivate(Text.File(input)), "what is read as a private key is taken for one");
                using Ed25519Signer second = OpenSshKey.ParsePrivate(OpenSshKey.FormatPrivate(value));
                Must.Hold(second.PublicKey == value.PublicKey, "it is read again as it was");
            }
        }),
        Of("public-key-hex", input => PublicKey.ParseHex(input), (input, value) =>
        {
            Must.BeWrittenAsButForCase(input, Encoding.ASCII.GetBytes(value.ToString()));
            Must.Hold(PublicKey.ParseHex(Text.Header(input)) == value, "text is read as bytes are");
        }),
        Of("signature-base64", input => Signature.ParseBase64(input), (input, value) =>
        {
            Must.BeWrittenAs(input, Encoding.ASCII.GetBytes(Convert.ToBase64String(value.AsSpan())));
            Must.Hold(Signature.ParseBase64(Text.Header(input)) == value, "text is read as bytes are");
        }),
        Of("number", input => Decimal63.Parse(input), (input, value) =>
        {
            Must.BeWrittenAs(input, Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Must.Hold(value <= Decimal63.MaxValue, "numbers are below 2^63");
            Must.Hold(Decimal63.Parse(Text.Header(input)) == value, "text is read as bytes are");
        }),
    ];
}
