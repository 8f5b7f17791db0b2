namespace Sigsum.Log.Hosting;

/// <summary>One thing that is wrong with the configuration, in words that say what to write instead.</summary>
/// <param name="Option">Long name without dashes, such as <c>key-file</c>; empty where no option is meant.</param>
/// <param name="Message">What is wrong and what to write; one line, without the option's name in front.</param>
internal sealed record ConfigurationProblem(string Option, string Message)
{
    /// <summary>As printed: <c>--key-file: ...</c>.</summary>
    public override string ToString() => Option.Length == 0 ? Message : $"--{Option}: {Message}";
}
