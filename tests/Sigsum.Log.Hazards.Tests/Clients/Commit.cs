using Sigsum.Crypto;

namespace Sigsum.Log.Hazards.Tests.Clients;

/// <summary>A leaf that got 200.</summary>
/// <param name="LeafHash">The leaf.</param>
/// <param name="Posted">When it was posted for the first time, a timestamp of Stopwatch.</param>
/// <param name="Sent">When the request that got 200 was sent.</param>
/// <param name="Answered">When the 200 arrived.</param>
internal sealed record Commit(Hash LeafHash, long Posted, long Sent, long Answered);
