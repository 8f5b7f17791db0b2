using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Sigsum.Client;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>
/// What clients were told that was no success. A log in trouble may answer 202, may answer 503 with Retry-After, and may
/// refuse or break off connections; everything else is an error that a client must not see.
/// </summary>
internal sealed partial class ClientNotes
{
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private int _accepted;
    private int _unavailable;
    private int _cut;

    /// <summary>How often a leaf was answered 202.</summary>
    public int Accepted => _accepted;

    /// <summary>How often a client heard 503 with Retry-After.</summary>
    public int Unavailable => _unavailable;

    /// <summary>How often a connection was refused or broken off.</summary>
    public int Cut => _cut;

    /// <summary>The errors that must not be, each with how often it was seen.</summary>
    public IEnumerable<string> Errors => _errors.Select(error => $"{error.Key} ({error.Value} times)");

    public override string ToString() => $"{Accepted} times 202, {Unavailable} times 503, {Cut} connections cut or refused";

    /// <summary>A leaf was answered 202.</summary>
    public void NoteAccepted() => Interlocked.Increment(ref _accepted);

    /// <summary>A request of this process failed.</summary>
    public void Note(string client, LogClientException error)
    {
        if (error.Failure is LogClientFailure.Transport)
            Interlocked.Increment(ref _cut);
        else if (error.StatusCode is HttpStatusCode.ServiceUnavailable && error.RetryAfter is not null)
            Interlocked.Increment(ref _unavailable);
        else
            Add(client, error.RetryAfter is null ? error.Message : $"{error.Message}, Retry-After {error.RetryAfter}");
    }

    /// <summary>A program of Sigsum's wrote an error. It does not say whether there was a Retry-After.</summary>
    public void Note(string client, string line)
    {
        if (CutConnection().IsMatch(line))
            Interlocked.Increment(ref _cut);
        else if (line.Contains("503", StringComparison.Ordinal))
            Interlocked.Increment(ref _unavailable);
        else
            Add(client, line);
    }

    private void Add(string client, string text) =>
        _errors.AddOrUpdate($"{client}: {Number().Replace(text, "N")}", 1, (_, count) => count + 1);

    [GeneratedRegex("connection refused|connection reset by peer|EOF|broken pipe|server closed idle connection")]
    private static partial Regex CutConnection();

    // Times, sizes and hashes, so that the same error counts as the same.
    [GeneratedRegex("[0-9a-f]{64}|[0-9]{4,}|[0-9]+/[0-9/: ]+")]
    private static partial Regex Number();
}
