using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sigsum.Crypto;
using Sigsum.Log.Diagnostics.Logging;
using Sigsum.Log.Hosting;
using Sigsum.Log.Signing;

namespace Sigsum.Log.Cli.Options;

/// <summary>
/// Understands what was written, value by value. What cannot be understood is noted as a problem and read as the
/// default, so that reading goes on and finds the other problems.
/// </summary>
internal sealed class OptionReader(OptionValues values)
{
    private delegate bool TryRead<T>(string text, out T value);

    /// <summary>A text; the default where none was written.</summary>
    public string Text(string name, string byDefault) => values.Last(name)?.Text ?? byDefault;

    /// <summary>A text that may be absent; an empty one counts as absent, as in log-go's example file.</summary>
    public string? OptionalText(string name) => values.Last(name)?.Text is { Length: > 0 } text ? text : null;

    /// <summary>A flag; false where it was not written.</summary>
    public bool Flag(string name) =>
        Read(name, false, bool.TryParse, $"write --{name}, --{name}=true or --{name}=false");

    /// <summary>A whole number.</summary>
    public int Number(string name, int byDefault) => Read(name, byDefault, TryNumber, "write a whole number");

    /// <summary>A number that has no default of its own.</summary>
    public int? OptionalNumber(string name) => values.Last(name) is null ? null : Number(name, 0);

    /// <summary>A duration in Go's spelling.</summary>
    public TimeSpan Duration(string name, TimeSpan byDefault) =>
        Read(name, byDefault, GoDuration.TryParse, "write a duration with its unit, such as 10s, 1m30s, 500ms or 1h");

    /// <summary>An address to listen on.</summary>
    public HostPort Endpoint(string name, HostPort byDefault) => Read(
        name, byDefault, (string text, out HostPort value) => HostPort.TryParse(text, out value, out _),
        "write HOST:PORT, such as localhost:6965, [::1]:6965, or :6965 for all interfaces");

    /// <summary>A level of log-go's.</summary>
    public LogLevel Level(string name, LogLevel byDefault) =>
        Read(name, byDefault, LogLevels.TryParse, "write debug, info, warning or error");

    /// <summary>Where the tree is kept; trillian gets an answer of its own.</summary>
    public Backend Backend(string name, Backend byDefault)
    {
        if (values.Last(name) is { Text: "trillian" } written)
        {
            values.AddProblem(name,
                "the Trillian backend is not built; write --backend=embedded for the store of this program, which " +
                "begins empty, or stay with log-go to go on with a tree that is in Trillian", written.Place);
            return byDefault;
        }

        return Read(name, byDefault, TryBackend, "write embedded or ephemeral");
    }

    /// <summary>One URL; null where none, or none that can be used, was written.</summary>
    public Uri? Url(string name) => OptionalText(name) is null ? null : Url(name, values.Last(name)!.Value);

    /// <summary>All URLs; null for each that cannot be used.</summary>
    public IReadOnlyList<Uri?> Urls(string name) => [.. NonEmpty(name).Select(written => Url(name, written))];

    /// <summary>Ids of nodes.</summary>
    public ImmutableArray<Guid> NodeIds(string name)
    {
        var ids = ImmutableArray.CreateBuilder<Guid>();
        foreach (var written in NonEmpty(name))
        {
            if (NodeId(written.Text) is { } id)
                ids.Add(id);
            else
                values.AddProblem(name, $"'{written.Text}' is not a node id; write its 32 hex digits", written.Place);
        }

        return ids.DrainToImmutable();
    }

    /// <summary>One public key, from the file that is named; null where there is none.</summary>
    public async Task<PublicKey?> PublicKeyAsync(string name, CancellationToken cancellationToken) =>
        OptionalText(name) is null
            ? null
            : await PublicKeyAsync(name, values.Last(name)!.Value, cancellationToken).ConfigureAwait(false);

    /// <summary>All public keys; null for each that cannot be read.</summary>
    public async Task<IReadOnlyList<PublicKey?>> PublicKeysAsync(string name, CancellationToken cancellationToken)
    {
        var keys = new List<PublicKey?>();
        foreach (var written in NonEmpty(name))
            keys.Add(await PublicKeyAsync(name, written, cancellationToken).ConfigureAwait(false));
        return keys;
    }

    /// <summary>An id of a node in either spelling: 32 hex digits, as people are shown it, or with the dashes of JSON.</summary>
    public static Guid? NodeId(string text) =>
        Guid.TryParseExact(text, "N", out var id) || Guid.TryParseExact(text, "D", out id) ? id : null;

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryBackend(string text, out Backend value)
    {
        value = text == "ephemeral" ? Hosting.Backend.Ephemeral : Hosting.Backend.Embedded;
        return text is "ephemeral" or "embedded";
    }

    private IEnumerable<WrittenValue> NonEmpty(string name) =>
        values.All(name).Where(written => written.Text.Length > 0);

    private Uri? Url(string name, WrittenValue written)
    {
        if (Uri.TryCreate(written.Text, UriKind.Absolute, out var url) && OptionRules.IsWebAddress(url))
            return url;
        values.AddProblem(name, $"'{written.Text}' {OptionRules.UrlAdvice(name)}", written.Place);
        return null;
    }

    private async Task<PublicKey?> PublicKeyAsync(
        string name, WrittenValue written, CancellationToken cancellationToken)
    {
        try
        {
            return await KeyFile.ReadPublicAsync(written.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyFileException error)
        {
            values.AddProblem(name, $"{error.Message.TrimEnd('.')}; name an OpenSSH public key file", written.Place);
            return null;
        }
    }

    private T Read<T>(string name, T byDefault, TryRead<T> tryRead, string advice)
    {
        if (values.Last(name) is not { } written)
            return byDefault;
        if (tryRead(written.Text, out var value))
            return value;
        values.AddProblem(name, $"'{written.Text}' cannot be used; {advice}", written.Place);
        return byDefault;
    }
}
