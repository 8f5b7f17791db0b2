#!/usr/bin/env dotnet
// planted-faults: takes one guard after another out of a copy of the sources, and lets the simulator look for what happens.
// Each must be found: a guard whose absence nobody notices is of no use, or not tested. A seed that breaks something in the sources as
// they are finds no fault, and is passed over.
//
//   dotnet run eng/planted-faults.cs                     all of tests/Sigsum.Log.Simulation/planted-faults.json
//   dotnet run eng/planted-faults.cs -- NAME...          those that are named
//   dotnet run eng/planted-faults.cs -- --seeds=2000     how many seeds are tried at most (500)
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

string root = Environment.CurrentDirectory;
string list = Path.Combine(root, "tests", "Sigsum.Log.Simulation", "planted-faults.json");
if (!File.Exists(list))
{
    await Console.Error.WriteLineAsync("planted-faults: run this at the root of the checkout");
    return 2;
}

int seeds = 500;
HashSet<string> wanted = [];
foreach (string argument in args)
{
    if (argument.StartsWith("--seeds=", StringComparison.Ordinal) && int.TryParse(argument[8..], out int number))
        seeds = number;
    else
        wanted.Add(argument);
}

const string Simulator = "tests/Sigsum.Log.Simulation/bin/Release/net10.0/Sigsum.Log.Simulation";
string copy = Path.Combine(root, "artifacts", "planted");
string whole = Path.Combine(root, "artifacts", "planted-none");
CopySources(whole);
await BuildAsync("nothing", whole);
bool allFound = true;
Console.WriteLine("| fault | guard that is taken out | promise that broke | seeds |");
Console.WriteLine("| --- | --- | --- | --- |");
using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(list));
foreach (JsonElement fault in document.RootElement.EnumerateArray())
{
    string Text(string name) => fault.GetProperty(name).GetString()!;
    if (wanted.Count > 0 && !wanted.Contains(Text("name")))
        continue;
    CopySources(copy);
    string file = Path.Combine(copy, Text("file"));
    string source = await File.ReadAllTextAsync(file);
    if (source.Split(Text("find")).Length != 2)
        throw new InvalidOperationException($"{Text("file")} does not have this once: {Text("find")}");
    await File.WriteAllTextAsync(file, source.Replace(Text("find"), Text("replace"), StringComparison.Ordinal));
    await BuildAsync(Text("name"), copy);
    var (seed, promise) = await FindAsync();
    allFound &= seed is not null;
    Console.WriteLine($"| `{Text("name")}` | {Text("guard")} | {promise ?? "none"} | {seed?.ToString(CultureInfo.InvariantCulture) ?? $"not found in {seeds}"} |");
}

return allFound ? 0 : 1;

async Task<(int? Seed, string? Promise)> FindAsync()
{
    for (int first = 1; first <= seeds;)
    {
        (int code, string output) = await StartAsync(copy, Simulator, $"--seed={first}", $"--seeds={seeds - first + 1}", "--brief");
        string broken = output.Split('\n').FirstOrDefault(line => line.StartsWith("seed ", StringComparison.Ordinal)) ?? "";
        string[] parts = broken.Split(": ");
        if (code != 1 || parts.Length < 2)
            break;
        int seed = int.Parse(parts[0]["seed ".Length..], CultureInfo.InvariantCulture);
        if ((await StartAsync(whole, Simulator, $"--seed={seed}", "--brief")).Code == 0)
            return (seed, parts[1]);
        first = seed + 1;
    }

    return (null, null);
}

static async Task BuildAsync(string fault, string sources)
{
    (int built, string errors) = await StartAsync(
        sources, "dotnet", "build", "tests/Sigsum.Log.Simulation", "-c", "Release", "-v", "q", "-p:TreatWarningsAsErrors=false",
        "-p:EnforceCodeStyleInBuild=false", "-p:RunAnalyzers=false");
    if (built != 0)
        throw new InvalidOperationException($"{fault} does not build: {errors}");
}

static void Copy(string from, string to)
{
    Directory.CreateDirectory(to);
    foreach (string file in Directory.EnumerateFiles(from))
    {
        string target = Path.Combine(to, Path.GetFileName(file));
        if (!File.Exists(target) || File.ReadAllText(target) != File.ReadAllText(file))
            File.Copy(file, target, overwrite: true);
    }

    foreach (string folder in Directory.EnumerateDirectories(from).Where(f => Path.GetFileName(f) is not ("bin" or "obj")))
        Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
}

void CopySources(string to)
{
    foreach (string folder in new[] { "src", "tests/Sigsum.Log.Simulation", "eng" })
        Copy(Path.Combine(root, folder), Path.Combine(to, folder));
    foreach (string file in new[]
        {
            "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "tests/Directory.Build.props",
        })
        File.Copy(Path.Combine(root, file), Path.Combine(to, file), overwrite: true);
}

static async Task<(int Code, string Output)> StartAsync(string folder, string program, params string[] arguments)
{
    ProcessStartInfo start = new(program.Contains('/', StringComparison.Ordinal) ? Path.Combine(folder, program) : program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    using Process process = Process.Start(start)!;
    Task<string> errors = process.StandardError.ReadToEndAsync();
    string output = await process.StandardOutput.ReadToEndAsync();
    await process.WaitForExitAsync();
    return (process.ExitCode, output + (process.ExitCode > 1 ? await errors : ""));
}
