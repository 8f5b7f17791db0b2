using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Testing;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Log.Cli.Tests;

/// <summary>Programs of a log whose key is in a PKCS#11 token, and leaves for it.</summary>
internal static class TokenLog
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The environment of a program that has a token and a PIN.</summary>
    public static Dictionary<string, string?> Variables(SoftHsm hsm, string pin = SoftHsm.Pin) =>
        new(hsm.Environment) { ["SIGSUM_LOGSERVER_CONFIG"] = "", ["SIGSUM_LOG_PIN"] = pin };

    /// <summary>Runs a command to its end; it must succeed.</summary>
    public static async Task RunAsync(SoftHsm hsm, params string[] arguments) => (await ProgramProcess.RunAsync(
        SigsumLog.Executable, arguments, Cancellation, environment: Variables(hsm))).Succeeded();

    /// <summary>A leaf to submit.</summary>
    public static async Task<AddLeafRequest> RequestAsync(Ed25519Signer submitter, int number) =>
        await AddLeafRequest.SignAsync(Hash.Sha256(BitConverter.GetBytes(number)), submitter, Cancellation);

    /// <summary>Posts a leaf until it is committed.</summary>
    public static async Task CommitAsync(LogClient log, Ed25519Signer submitter, int number)
    {
        var request = await RequestAsync(submitter, number);
        await Eventually.UntilAsync(
            "a committed leaf", Patience,
            async cancel => await log.AddLeafAsync(request, null, cancel) == AddLeafStatus.Committed, Cancellation);
    }
}
