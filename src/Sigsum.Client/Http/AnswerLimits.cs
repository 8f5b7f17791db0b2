namespace Sigsum.Client.Http;

/// <summary>The longest answers that are read, in bytes unless said otherwise.</summary>
internal static class AnswerLimits
{
    /// <summary>The roster of a log with hundreds of secondaries.</summary>
    public const int Roster = 64 * 1024;

    /// <summary>A tree head with its cosignatures: room for about 300 witnesses.</summary>
    public const int TreeHead = 64 * 1024;

    /// <summary>A proof has at most 64 hashes, each a line of 75 bytes.</summary>
    public const int Proof = 8 * 1024;

    /// <summary>Signature lines of a witness; post-quantum ones are several thousand bytes each.</summary>
    public const int Cosignatures = 64 * 1024;

    /// <summary>A promotion record: eight lines, one with a URL.</summary>
    public const int Promotion = 2 * 1024;

    /// <summary>What a node says of itself.</summary>
    public const int Status = 256 * 1024;

    /// <summary>The text of an answer that is no success; more is cut off, which is no error.</summary>
    public const int ErrorText = 4 * 1024;

    /// <summary>Characters of an error's text that reach an exception's message.</summary>
    public const int ErrorLine = 200;

    /// <summary>Leaves asked for in one request: an answer of 4 MB.</summary>
    public const int LeavesPerRequest = 16 * 1024;
}
