using System.Collections.Immutable;

namespace Sigsum.Log.Admission;

/// <summary>What DNS said about the TXT records of a name.</summary>
internal abstract record TxtAnswer
{
    private TxtAnswer()
    {
    }

    /// <summary>There are records.</summary>
    /// <param name="Texts">The text of each record, its strings joined; at least one.</param>
    /// <param name="Ttl">How long this holds, as DNS says.</param>
    internal sealed record Found(ImmutableArray<string> Texts, TimeSpan Ttl) : TxtAnswer;

    /// <summary>The name does not exist, or has no such record.</summary>
    /// <param name="Ttl">How long this holds, as DNS says; null when it does not.</param>
    internal sealed record NotFound(TimeSpan? Ttl) : TxtAnswer;

    /// <summary>There is no answer, now.</summary>
    /// <param name="Reason">For the log of the server.</param>
    internal sealed record Failed(string Reason) : TxtAnswer;
}
