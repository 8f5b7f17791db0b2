namespace Sigsum.Log.Peers.Tests.Behaviour;

/// <summary>What of an answer is compared.</summary>
internal sealed record BehaviourAnswer(int Status, string Allow, string? Location, string? ContentType, string Body)
{
    /// <summary>The keys of key=value lines in order, as in <c>size root_hash signature</c>.</summary>
    public string Shape => string.Join(
        ' ', Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]));

    /// <summary>The media type without parameters.</summary>
    public string? MediaType => ContentType?.Split(';')[0];
}
