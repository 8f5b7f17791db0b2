using System.Net;
using Sigsum.Checkpoints;

namespace Sigsum.Client;

/// <summary>What a witness answered to <c>add-checkpoint</c> (C2SP tlog-witness).</summary>
public abstract record WitnessResponse
{
    private WitnessResponse()
    {
    }

    /// <summary>200: the witness has cosigned.</summary>
    /// <param name="Lines">Signature lines of known kinds, not verified; possibly none, or of other keys.</param>
    public sealed record Cosigned(IReadOnlyList<CosignatureLine> Lines) : WitnessResponse;

    /// <summary>409 with a size: the witness has last cosigned another size than the old size of the request.</summary>
    /// <param name="Size">The size that the witness has cosigned.</param>
    public sealed record Conflict(ulong Size) : WitnessResponse;

    /// <summary>Every other status.</summary>
    /// <param name="Status">The status.</param>
    /// <param name="Message">The first line of the answer's text, which may be empty.</param>
    public sealed record Refused(HttpStatusCode Status, string Message) : WitnessResponse;
}
