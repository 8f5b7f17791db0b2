namespace Sigsum.Testing;

/// <summary>How a program ended and what it wrote, line ends as written.</summary>
public sealed record ProgramResult(string Program, int ExitCode, string Output, string Error)
{
    /// <summary>Returns this, or throws with everything that the program wrote.</summary>
    public ProgramResult Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    public override string ToString() => $"{Program} exited with {ExitCode}\nstdout:\n{Output}\nstderr:\n{Error}";
}
