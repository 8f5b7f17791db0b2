namespace Sigsum.Log.Bench.Parts;

/// <summary>One part of the harness: measures one thing, of both servers where both have it.</summary>
internal interface IPart
{
    string Name { get; }

    Task RunAsync(Bench bench, CancellationToken cancellation);
}
