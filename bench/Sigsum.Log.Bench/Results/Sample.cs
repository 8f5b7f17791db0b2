namespace Sigsum.Log.Bench.Results;

/// <summary>One figure that was measured.</summary>
/// <param name="Part">The part of the harness, such as <c>write</c>.</param>
/// <param name="Case">What was asked of the server, such as <c>64 connections</c>.</param>
/// <param name="Metric">What was measured, with its unit, such as <c>committed/s</c>.</param>
/// <param name="Server">Whose server: ours, log-go or bare Kestrel.</param>
/// <param name="Round">Which turn: those with the same number were measured one after the other.</param>
/// <param name="Value">The figure.</param>
internal sealed record Sample(string Part, string Case, string Metric, string Server, int Round, double Value);
