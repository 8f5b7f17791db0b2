using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>
/// Names a private key in a token, and the module that reaches it: an RFC 7512 URI such as
/// <c>pkcs11:token=log;object=log-key?module-path=/usr/lib/softhsm/libsofthsm2.so&amp;pin-source=/etc/sigsum/pin</c>.
/// </summary>
/// <remarks>
/// Stricter than RFC 7512 asks for: an attribute that is not known, or that does not help to find a private key, is an
/// error, since one that is passed over may be the one that tells two keys apart. What p11tool and pkcs11-tool print for
/// a private key can be used as it is.
/// </remarks>
internal sealed record Pkcs11Uri
{
    /// <summary>What such a URI begins with.</summary>
    public const string Scheme = "pkcs11:";

    /// <summary>The longest URI that is read, in characters.</summary>
    public const int MaxLength = 4096;

    // RFC 7512 section 2.3: unreserved and pk11-res-avail, with '&' in the path and "/?|" in the query.
    private const string PathSigns = "-._~:[]@!$'()*+,=&";
    private const string QuerySigns = "-._~:[]@!$'()*+,=/?|";

    private static readonly ImmutableArray<string> TokenAttributes = ["token", "manufacturer", "model", "serial"];

    private Pkcs11Uri()
    {
    }

    /// <summary>What the token's information must say, by the URI's names for it: token, manufacturer, model, serial.</summary>
    public ImmutableSortedDictionary<string, string> Token { get; private init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The slot that the token must be in; null for any.</summary>
    public ulong? SlotId { get; private init; }

    /// <summary>The key's label (CKA_LABEL); null for any.</summary>
    public string? Object { get; private init; }

    /// <summary>The key's identifier (CKA_ID); empty for any.</summary>
    public ImmutableArray<byte> Id { get; private init; } = [];

    /// <summary>Absolute path of the module; null where <see cref="ModuleName"/> names it.</summary>
    public string? ModulePath { get; private init; }

    /// <summary>The module's name without directory, "lib" and ".so"; null where <see cref="ModulePath"/> is there.</summary>
    public string? ModuleName { get; private init; }

    /// <summary>Absolute path of the file that holds the PIN; null for none.</summary>
    public string? PinFile { get; private init; }

    /// <summary>Whether an option's value is such a URI and not a file's name.</summary>
    public static bool IsUri(string text) => text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Reads a URI.</summary>
    /// <exception cref="SigsumFormatException">
    /// Something in it cannot be used; the message says what, and what to write instead. It never holds a PIN.
    /// </exception>
    public static Pkcs11Uri Parse(string text)
    {
        if (!IsUri(text))
            throw new SigsumFormatException($"expected {Scheme}");
        if (text.Length > MaxLength)
            throw new SigsumFormatException($"it is longer than {MaxLength} characters");
        var halves = text[Scheme.Length..].Split('?', 2);
        var attributes = new Dictionary<string, byte[]>();
        ReadAttributes(halves[0], ';', PathSigns, attributes, KnownInPath);
        if (halves.Length == 2)
            ReadAttributes(halves[1], '&', QuerySigns, attributes, KnownInQuery);

        var uri = new Pkcs11Uri
        {
            Token = TokenAttributes.Where(attributes.ContainsKey)
                .ToImmutableSortedDictionary(name => name, name => Text(attributes, name)!),
            SlotId = Number(attributes, "slot-id"),
            Object = Text(attributes, "object"),
            Id = attributes.TryGetValue("id", out var id) ? [.. id] : [],
            ModulePath = Text(attributes, "module-path"),
            ModuleName = Text(attributes, "module-name"),
            PinFile = PinFileIn(Text(attributes, "pin-source")),
        };
        if (attributes.ContainsKey("type") && Text(attributes, "type") != "private")
            throw new SigsumFormatException("type must be private: the log signs with a private key");
        uri.Check();
        return uri;
    }

    private void Check()
    {
        if (Object is null && Id.IsEmpty)
            throw new SigsumFormatException("it names no key; write object=LABEL or id=%01");
        if ((ModulePath is null) == (ModuleName is null))
        {
            throw new SigsumFormatException(
                "one of module-path and module-name is necessary; write ?module-path=/usr/lib/softhsm/libsofthsm2.so");
        }

        if (ModulePath is not null && !Path.IsPathFullyQualified(ModulePath))
            throw new SigsumFormatException("module-path must be an absolute path");
        if (ModuleName is not null && ModuleName.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            throw new SigsumFormatException("module-name must be a name without directory; for a path write module-path");
    }

    private static void ReadAttributes(
        string text, char separator, string signs, Dictionary<string, byte[]> attributes, Action<string> check)
    {
        if (text.Length == 0)
            return;
        foreach (var part in text.Split(separator))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                // Not told back: it may be a piece of a PIN that was not encoded.
                throw new SigsumFormatException($"expected NAME=VALUE between '{separator}' and '{separator}'");
            }

            var name = part[..equals];
            check(name);
            var value = Decode(name, part[(equals + 1)..], signs);
            if (value.Length == 0)
                throw new SigsumFormatException($"{name} is empty; leave it out, or write its value");
            if (!attributes.TryAdd(name, value))
                throw new SigsumFormatException($"{name} is there twice");
        }
    }

    private static void KnownInPath(string name)
    {
        if (name is not ("slot-id" or "object" or "id" or "type") && !TokenAttributes.Contains(name))
        {
            throw new SigsumFormatException(name is "pin-source" or "pin-value" or "module-path" or "module-name"
                ? $"{name} belongs behind a '?': pkcs11:object=LABEL?{name}=..."
                : $"'{Shown(name)}' is not known here; there are token, manufacturer, model, serial, slot-id, object, id "
                    + "and type=private");
        }
    }

    private static void KnownInQuery(string name)
    {
        if (name == "pin-value")
        {
            throw new SigsumFormatException(
                "pin-value shows the PIN to everybody who can list processes; write pin-source=FILE, or set "
                + TokenPin.Variable);
        }

        if (name is not ("module-path" or "module-name" or "pin-source"))
        {
            throw new SigsumFormatException(
                $"'{Shown(name)}' is not known behind the '?'; there are module-path, module-name and pin-source");
        }
    }

    private static byte[] Decode(string name, string text, string signs)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                if (!byte.TryParse(text.AsSpan(i + 1, Math.Min(2, text.Length - i - 1)), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture, out var value) || i + 2 >= text.Length)
                    throw new SigsumFormatException($"{name}: '%' must be followed by two hex digits");
                bytes.Add(value);
                i += 2;
            }
            else if (char.IsAsciiLetterOrDigit(text[i]) || signs.Contains(text[i], StringComparison.Ordinal))
            {
                bytes.Add((byte)text[i]);
            }
            else
            {
                throw new SigsumFormatException(
                    $"{name}: the character at {i + 1} has to be written as % and two hex digits, a space as %20");
            }
        }

        return [.. bytes];
    }

    private static string? Text(Dictionary<string, byte[]> attributes, string name)
    {
        if (!attributes.TryGetValue(name, out var bytes))
            return null;
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.Any(char.IsControl) ? throw new SigsumFormatException($"{name} has control characters") : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new SigsumFormatException($"{name} is not UTF-8", e);
        }
    }

    private static ulong? Number(Dictionary<string, byte[]> attributes, string name)
    {
        if (Text(attributes, name) is not { } text)
            return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new SigsumFormatException($"{name} must be a whole number");
    }

    private static string? PinFileIn(string? source)
    {
        if (source is null)
            return null;
        if (source.StartsWith('|'))
            throw new SigsumFormatException("pin-source: programs are not run; name a file, or set " + TokenPin.Variable);
        var path = source.StartsWith("file://", StringComparison.Ordinal) ? source["file://".Length..]
            : source.StartsWith("file:", StringComparison.Ordinal) ? source["file:".Length..]
            : source;
        return Path.IsPathFullyQualified(path)
            ? path
            : throw new SigsumFormatException("pin-source must be the absolute path of a file");
    }

    private static string Shown(string name) => name.Length <= 32 && name.All(char.IsAsciiLetterOrDigit)
        ? name
        : new string([.. name.Take(32).Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '?')]);
}
