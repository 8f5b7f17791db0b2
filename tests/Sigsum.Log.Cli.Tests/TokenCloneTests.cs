using Sigsum.Client;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Testing;

namespace Sigsum.Log.Cli.Tests;

/// <summary>A log whose key is in a PKCS#11 token fails over to a host that has the token's clone.</summary>
public sealed class TokenCloneTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_clone_of_a_token_promotes_and_signs_for_the_log()
    {
        using SoftHsm hsm = await SoftHsm.RequireAsync(Cancellation);
        await hsm.MakeTokenAsync("log", Cancellation);
        await hsm.MakeKeyAsync("log", "key", "01", Cancellation);
        using SoftHsm clone = hsm.Clone();
        using TempDirectory folder = new();
        using FreePort outside = FreePort.Reserve(), inside = FreePort.Reserve(), other = FreePort.Reserve(), spare = FreePort.Reserve();
        using Ed25519Signer own = Ed25519Signer.Generate(), submitter = Ed25519Signer.Generate();
        string ownKey = folder.Write("own.key", OpenSshKey.FormatPrivate(own));
        string ownPublic = folder.Write("own.key.pub", OpenSshKey.FormatPublic(own.PublicKey));
        await TokenLog.RunAsync(hsm, "init", "--role=primary", $"--data-dir={folder.PathOf("a")}", $"--sth-file={folder.PathOf("a.sth")}");
        await TokenLog.RunAsync(clone, "init", "--role=secondary", $"--data-dir={folder.PathOf("b")}");

        await using ProgramProcess secondary = Start(
            clone, "secondary", $"--key-file={ownKey}", $"--data-dir={folder.PathOf("b")}", $"--primary-url={inside.Url}",
            $"--external-endpoint={spare.Endpoint}", $"--internal-endpoint={other.Endpoint}");
        await using ProgramProcess primary = Start(
            hsm, "primary", $"--key-file={hsm.Uri("log", "key")}", $"--data-dir={folder.PathOf("a")}",
            $"--sth-file={folder.PathOf("a.sth")}", $"--external-endpoint={outside.Endpoint}",
            $"--internal-endpoint={inside.Endpoint}", $"--secondary-url={other.Url}", $"--secondary-pubkey-file={ownPublic}");
        await primary.WaitForLineAsync("serving clients on", TokenLog.Patience, Cancellation);
        using HttpClient http = SigsumHttp.CreateForLogs();
        LogClient log = new(http, outside.Url);
        await TokenLog.CommitAsync(log, submitter, 1);
        await primary.KillAsync();
        await secondary.KillAsync();

        // The device of the primary is gone with its host.
        hsm.TakeOut();
        await TokenLog.RunAsync(
            clone, "promote", $"--data-dir={folder.PathOf("b")}", $"--key-file={clone.Uri("log", "key")}",
            $"--sth-file={folder.PathOf("b.sth")}", "--yes");
        await using ProgramProcess promoted = Start(
            clone, "primary", "--no-secondary", $"--key-file={clone.Uri("log", "key")}", $"--data-dir={folder.PathOf("b")}",
            $"--sth-file={folder.PathOf("b.sth")}", $"--external-endpoint={outside.Endpoint}",
            $"--internal-endpoint={other.Endpoint}");
        await promoted.WaitForLineAsync("serving clients on", TokenLog.Patience, Cancellation);
        await TokenLog.CommitAsync(log, submitter, 2);
        await Eventually.UntilAsync(
            "both leaves", TokenLog.Patience,
            async cancel => (await log.GetTreeHeadAsync(cancel)).SignedTreeHead.TreeHead.Size == 2, Cancellation);
    }

    private static ProgramProcess Start(SoftHsm hsm, params string[] arguments) =>
        ProgramProcess.Start(SigsumLog.Executable, arguments, TokenLog.Variables(hsm));
}
