#!/usr/bin/env dotnet
// planted-faults: takes one guard after another out of a copy of the sources, and lets the simulator look for what happens.
// Each must be found: a guard whose absence nobody notices is of no use, or not tested. Written scenes are played first, then the seeds
// that have found something (found-seeds.json, all in the gate), then free plans. A seed that breaks something in the sources as they are
// finds no fault, and is passed over. Where another guard stands behind the one that is gone, no promise breaks: then the tests of
// failover and replication must notice.
//
//   dotnet run eng/planted-faults.cs                     all of tests/Sigsum.Log.Simulation/planted-faults.json
//   dotnet run eng/planted-faults.cs -- NAME...          those that are named
//   dotnet run eng/planted-faults.cs -- --seeds=2000     how many scenes, and how many free plans, are tried at most (150)
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

string root = Environment.CurrentDirectory;
string list = Path.Combine(root, "tests", "Sigsum.Log.Simulation", "planted-faults.json");
if (!File.Exists(list))
{
    await Console.Error.WriteLineAsync("planted-faults: run this at the root of the checkout");
    return 2;
}

int seeds = 150;
HashSet<string> wanted = [];
foreach (string argument in args)
{
    if (argument.StartsWith("--seeds=", StringComparison.Ordinal) && int.TryParse(argument[8..], out int number))
        seeds = number;
    else
        wanted.Add(argument);
}

const string Tests = "tests/Sigsum.Log.Tests";
const string Simulator = "tests/Sigsum.Log.Simulation/bin/Release/net10.0/Sigsum.Log.Simulation";
string copy = Path.Combine(root, "artifacts", "planted");
string whole = Path.Combine(root, "artifacts", "planted-none");
CopySources(whole);
await BuildAsync("nothing", whole);
bool allFound = true;
(string[] Way, int First, int Last)[] tries =
    [(["--scenes"], 1, seeds), .. FoundSeeds(Path.Combine(Path.GetDirectoryName(list)!, "found-seeds.json")), ([], 1, seeds)];
Console.WriteLine("| fault | guard that is taken out | promise that broke | found by |");
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
    (string By, string Promise)? found = null;
    foreach ((string[] way, int first, int last) in tries)
        found ??= await FindAsync(way, first, last);
    found ??= await FindByTestsAsync(Text("name"));
    allFound &= found is not null;
    Console.WriteLine($"| `{Text("name")}` | {Text("guard")} | {found?.Promise ?? "none"} | {found?.By ?? $"nothing: {seeds} scenes, {seeds} plans, and the tests"} |");
}

return allFound ? 0 : 1;

async Task<(string By, string Promise)?> FindAsync(string[] way, int first, int last)
{
    while (first <= last)
    {
        (int code, string output) = await StartAsync(
            copy, Simulator, [.. way, $"--seed={first}", $"--seeds={last - first + 1}", "--brief"]);
        Match broken = Regex.Match(output, @"^(?<name>\S+ (?<seed>\d+)): (?<promise>[^:\n]+): ", RegexOptions.Multiline);
        if (code != 1 || !broken.Success)
            break;
        int seed = int.Parse(broken.Groups["seed"].Value, CultureInfo.InvariantCulture);
        if ((await StartAsync(whole, Simulator, [.. way, $"--seed={seed}", "--brief"])).Code == 0)
            return (broken.Groups["name"].Value, broken.Groups["promise"].Value);
        first = seed + 1;
    }

    return null;
}

async Task<(string By, string Promise)?> FindByTestsAsync(string fault)
{
    const string Program = $"{Tests}/bin/Debug/net10.0/Sigsum.Log.Tests";
    await BuildAsync(fault, copy, Tests, "Debug");
    (_, string output) = await StartAsync(
        copy, Program, "--stop-on-fail", "on", "--filter-namespace", "Sigsum.Log.Tests.Failover",
        "--filter-namespace", "Sigsum.Log.Tests.Replication");
    Match failed = Regex.Match(output, @"^failed (?<test>Sigsum\.Log\.Tests\.\w+\.(?<name>[\w.]+))", RegexOptions.Multiline);
    if (!failed.Success)
        return null;
    await BuildAsync("nothing", whole, Tests, "Debug");
    bool passes = (await StartAsync(whole, Program, "--filter-method", failed.Groups["test"].Value)).Code == 0;
    return passes ? ($"test `{failed.Groups["name"].Value}`", "none") : null;
}

static IEnumerable<(string[] Way, int First, int Last)> FoundSeeds(string file)
{
    using JsonDocument groups = JsonDocument.Parse(File.ReadAllText(file));
    foreach (JsonElement group in groups.RootElement.EnumerateArray())
    {
        string[] without = [.. group.GetProperty("without").EnumerateArray().Select(deed => $"--without={deed.GetString()}")];
        foreach (JsonElement seed in group.GetProperty("seeds").EnumerateArray())
            yield return (without, seed.GetInt32(), seed.GetInt32());
    }
}

static async Task BuildAsync(string fault, string sources, string project = "tests/Sigsum.Log.Simulation", string configuration = "Release")
{
    (int built, string errors) = await StartAsync(
        sources, "dotnet", "build", project, "-c", configuration, "-v", "q", "-p:TreatWarningsAsErrors=false",
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
        if (File.Exists(target) && File.ReadAllText(target) == File.ReadAllText(file))
            continue;
        File.Copy(file, target, overwrite: true);
        // A copy has the time of its source, and a build would take the program with the fault of before for up to date.
        File.SetLastWriteTimeUtc(target, TimeProvider.System.GetUtcNow().UtcDateTime);
    }

    foreach (string folder in Directory.EnumerateDirectories(from).Where(f => Path.GetFileName(f) is not ("bin" or "obj")))
        Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
}

void CopySources(string to)
{
    foreach (string folder in new[] { "src", "tests", "eng", "docs", "models" })
        Copy(Path.Combine(root, folder), Path.Combine(to, folder));
    foreach (string file in new[]
        {
            "Directory.Build.props", "Directory.Packages.props", "Sigsum.slnx", "global.json", ".editorconfig",
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
