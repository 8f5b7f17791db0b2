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
internal sealed class Witness(string host, Ed25519Signer key, PublicKey logKey, Clock clock)
{
    /// <summary>Its name on the network.</summary>
    public string Host => host;

    /// <summary>Its key.</summary>
    public PublicKey PublicKey => key.PublicKey;

    /// <summary>What it has cosigned last.</summary>
    public TreeHead Latest { get; private set; } = TreeHead.Empty;

    /// <summary>Answers add-checkpoint.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var body = ((MemoryStream)context.Request.Body).ToArray();
        var request = AddCheckpointRequest.Parse(body);
        var verdict = TrialWitnessVerdict.On(request, logKey, Latest);
        context.Response.StatusCode = (int)verdict.Status;
        switch (verdict.Status)
        {
            case HttpStatusCode.OK:
                Latest = request.Checkpoint.TreeHead;
                var now = (ulong)(ProcessTime.Epoch + clock.Elapsed).ToUnixTimeSeconds();
                var line = await CosignatureLine.CosignAsync(request.Checkpoint, host, key, now, CancellationToken.None);
                var answer = new ArrayBufferWriter<byte>(256);
                line.Write(answer);
                await context.Response.Body.WriteAsync(answer.WrittenMemory);
                break;
            case HttpStatusCode.Conflict:
                context.Response.ContentType = Checkpoint.TreeSizeContentType;
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{Latest.Size}\n")));
                break;
            default:
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(verdict.Reason + "\n"));
                break;
        }
    }
}
