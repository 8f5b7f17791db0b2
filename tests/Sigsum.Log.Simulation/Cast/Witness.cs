using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Log.Simulation.Machine;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;

namespace Sigsum.Log.Simulation.Cast;

/// <summary>A witness: cosigns what continues the head that it cosigned last, and remembers.</summary>
internal sealed class Witness(string host, Ed25519Signer key, Ed25519Signer otherKey, PublicKey logKey, Clock clock)
{
    /// <summary>Its name on the network.</summary>
    public string Host => host;

    /// <summary>Its key.</summary>
    public PublicKey PublicKey => key.PublicKey;

    /// <summary>What it has cosigned last.</summary>
    public TreeHead Latest { get; private set; } = TreeHead.Empty;

    /// <summary>What it says now that is not so.</summary>
    public WitnessLie Lie { get; set; }

    /// <summary>Answers add-checkpoint.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var body = ((MemoryStream)context.Request.Body).ToArray();
        var request = AddCheckpointRequest.Parse(body);
        switch (Lie)
        {
            case WitnessLie.ClaimsMore:
                await RefuseAsync(context, Latest.Size + 1000);
                return;
            case WitnessLie.Nonsense:
                await context.Response.Body.WriteAsync("\0\u2014 \n\n"u8.ToArray());
                return;
            case WitnessLie.Forgets:
                Latest = TreeHead.Empty;
                break;
        }

        var verdict = TrialWitnessVerdict.On(request, logKey, Latest);
        context.Response.StatusCode = (int)verdict.Status;
        switch (verdict.Status)
        {
            case HttpStatusCode.OK:
                Latest = request.Checkpoint.TreeHead;
                var now = (ulong)(ProcessTime.Epoch + clock.Elapsed).ToUnixTimeSeconds();
                var line = Lie switch
                {
                    WitnessLie.WrongKey => await CosignatureLine.CosignAsync(
                        request.Checkpoint, host, otherKey, now, CancellationToken.None),
                    WitnessLie.OtherHead when request.Checkpoint.TreeHead.Size > 0 => await CosignatureLine.CosignAsync(
                        request.Checkpoint with { TreeHead = TreeHead.Empty }, host, key, now, CancellationToken.None),
                    _ => await CosignatureLine.CosignAsync(request.Checkpoint, host, key, now, CancellationToken.None),
                };
                var answer = new ArrayBufferWriter<byte>(256);
                line.Write(answer);
                await context.Response.Body.WriteAsync(answer.WrittenMemory);
                break;
            case HttpStatusCode.Conflict:
                await RefuseAsync(context, Latest.Size);
                break;
            default:
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(verdict.Reason + "\n"));
                break;
        }
    }

    private static async Task RefuseAsync(HttpContext context, ulong size)
    {
        context.Response.StatusCode = (int)HttpStatusCode.Conflict;
        context.Response.ContentType = Checkpoint.TreeSizeContentType;
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size}\n")));
    }
}
