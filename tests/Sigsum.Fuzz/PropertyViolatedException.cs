namespace Sigsum.Fuzz;

/// <summary>A parser accepted something and made something else of it.</summary>
internal sealed class PropertyViolatedException(string message) : Exception(message);
