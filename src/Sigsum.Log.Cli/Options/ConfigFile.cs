using System.Globalization;
using System.Text;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Sigsum.Log.Cli.Options;

/// <summary>
/// Reads the TOML file: log-go's keys and tables, and ours in addition. Anything else in it is an error that names
/// the line.
/// </summary>
internal static class ConfigFile
{
    /// <summary>Read if it is there and nothing else is named.</summary>
    public const string DefaultPath = "/etc/sigsum/config.toml";

    /// <summary>Names another file, as with log-go; empty for no file at all.</summary>
    public const string Variable = "SIGSUM_LOGSERVER_CONFIG";

    /// <summary>Files longer than this are not configuration.</summary>
    private const int MaxLength = 1 << 20;

    /// <summary>Reads the file that <c>--config</c> or <paramref name="variable"/> names, or the default one.</summary>
    /// <param name="values">The command line, already read; gets the file's values and problems.</param>
    /// <param name="variable">Value of <see cref="Variable"/>; null where it is not set.</param>
    /// <param name="defaultPath">Not missed where it is absent.</param>
    public static void ReadInto(OptionValues values, string? variable, string defaultPath = DefaultPath)
    {
        var named = values.Last(OptionCatalog.Config.Name)?.Text ?? variable;
        var path = named ?? defaultPath;
        if (path.Length == 0)
            return;
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxLength)
                throw new IOException($"it is longer than {MaxLength} bytes");
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            Parse(reader.ReadToEnd(), path, values);
        }
        catch (Exception error) when (named is null && error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Nothing was asked for: all options have defaults or are missed later, by name.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            values.AddProblem(OptionCatalog.Config.Name,
                $"cannot read {path}: {error.Message} Name a file that can be read, with --config=FILE or {Variable}");
        }
    }

    /// <summary>Reads the text of a file that is called <paramref name="path"/> in messages.</summary>
    public static void Parse(string text, string path, OptionValues values)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, path, validate: true);
        }
        catch (Exception error) when (error is TomlException or ArgumentException)
        {
            // What Tomlyn throws instead of telling: the former at its 65th level of arrays or inline tables, the latter
            // where the file ends in the middle of an escape.
            values.AddProblem("",
                error is TomlException ? "arrays or inline tables are nested too deeply" : "the file ends in the middle of a string",
                path);
            return;
        }

        foreach (var message in document.Diagnostics)
            values.AddProblem("", message.Message, Place(path, message.Span));
        if (document.HasErrors)
            return; // What a broken file means is not guessed.

        foreach (var item in document.KeyValues)
        {
            // An inline table is another spelling of a table.
            if (item.Value is InlineTableSyntax inline && TableNamed(NameOf(item.Key)) is { } table)
                ReadAll(inline.Items.Select(entry => entry.KeyValue).OfType<KeyValueSyntax>(), table, path, values);
            else
                Read(item, FileTable.Root, path, values);
        }

        foreach (var table in document.Tables)
        {
            if (table is TableSyntax && TableNamed(NameOf(table.Name)) is { } known)
                ReadAll(table.Items, known, path, values);
            else
            {
                values.AddProblem("",
                    $"[{NameOf(table.Name)}] is not a table of this file; there are [primary] and [secondary]",
                    Place(path, table.Span));
            }
        }
    }

    private static void ReadAll(IEnumerable<KeyValueSyntax> items, FileTable table, string path, OptionValues values)
    {
        foreach (var item in items)
            Read(item, table, path, values);
    }

    private static void Read(KeyValueSyntax item, FileTable table, string path, OptionValues values)
    {
        var place = Place(path, item.Span);
        var name = NameOf(item.Key);
        // "primary.sth-file = ..." is TOML's third spelling of a table.
        if (table == FileTable.Root && name.Split('.', 2) is [var first, var rest] && TableNamed(first) is { } dotted)
            (table, name) = (dotted, rest);

        var spec = OptionCatalog.All.FirstOrDefault(option => option.Name == name && option.Table == table);
        if (spec is null)
        {
            var elsewhere = OptionCatalog.All.FirstOrDefault(option =>
                option.Table != FileTable.None && option.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            values.AddProblem("",
                elsewhere is null
                    ? $"unknown key '{name}'{Within(table)}"
                    : $"unknown key '{name}'{Within(table)}; write it as {elsewhere.Name}{Within(elsewhere.Table)}",
                place);
            return;
        }

        if (Texts(item.Value, spec.Kind) is not { } texts)
        {
            values.AddProblem(spec.Name, $"write {Example(spec)}", place);
            return;
        }

        foreach (var text in texts)
            values.AddFromFile(name, text, place);
    }

    /// <summary>The values as they would be written on the command line; null where the type is wrong.</summary>
    private static IReadOnlyList<string>? Texts(ValueSyntax? value, OptionKind kind) => (kind, value) switch
    {
        (OptionKind.Text or OptionKind.Texts, StringValueSyntax { Value: { } text }) => [text],
        (OptionKind.Texts, ArraySyntax array) =>
            array.Items.All(item => item.Value is StringValueSyntax { Value: not null })
                ? [.. array.Items.Select(item => ((StringValueSyntax)item.Value!).Value!)]
                : null,
        (OptionKind.Number, IntegerValueSyntax number) => [number.Value.ToString(CultureInfo.InvariantCulture)],
        (OptionKind.Flag, BooleanValueSyntax flag) => [flag.Value ? "true" : "false"],
        _ => null,
    };

    private static string Example(OptionSpec spec) => spec.Kind switch
    {
        OptionKind.Texts => $"{spec.Name} = \"{spec.ValueName.ToUpperInvariant()}\", or an array of such strings",
        OptionKind.Number => $"{spec.Name} = a whole number, without quotes",
        OptionKind.Flag => $"{spec.Name} = true or false, without quotes",
        _ when spec.Default.Length > 0 => $"{spec.Name} = a string in quotes, such as \"{spec.Default}\"",
        _ => $"{spec.Name} = a string in quotes, such as \"{spec.ValueName}\"",
    };

    private static FileTable? TableNamed(string name) => name switch
    {
        "primary" => FileTable.Primary,
        "secondary" => FileTable.Secondary,
        _ => null,
    };

    private static string Within(FileTable table) => table switch
    {
        FileTable.Primary => " in [primary]",
        FileTable.Secondary => " in [secondary]",
        _ => " before the first table",
    };

    private static string NameOf(KeySyntax? key) =>
        key is null ? "" : string.Join('.', key.DotKeys.Select(part => Text(part.Key)).Prepend(Text(key.Key)));

    private static string Text(BareKeyOrStringValueSyntax? part) => part switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };

    private static string Place(string path, SourceSpan span) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}, line {span.Start.Line + 1}");
}
