using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Log.Signing;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Signing;

/// <summary>The kinds of key file, and errors that say what to do.</summary>
public sealed class KeyFileTests : IDisposable
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempDirectory _folder = new();
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(OwnersOnly, 0)]
    [InlineData(OwnersOnly | UnixFileMode.GroupRead, 1)]
    [InlineData(OwnersOnly | UnixFileMode.OtherRead, 1)]
    public async Task A_private_key_signs_and_others_who_can_read_it_are_warned_of(UnixFileMode mode, int warnings)
    {
        string path = Write(OpenSshKey.FormatPrivate(_key), mode);
        using OpenedKey opened = await KeyFile.OpenAsync(path, null, Cancel);
        Assert.Equal(_key.Sign("x"u8), await opened.Signer.SignAsync("x"u8.ToArray(), Cancel));
        Assert.Equal(warnings, opened.Warnings.Length);
        Assert.All(opened.Warnings, warning => Assert.Contains("chmod 600", warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_in_hex_signs_with_a_warning()
    {
        string path = Write(Convert.ToHexString(_key.ExportSeed()) + "\n");
        using OpenedKey opened = await KeyFile.OpenAsync(path, null, Cancel);
        Assert.Equal(_key.PublicKey, opened.Signer.PublicKey);
        Assert.Contains("deprecated", Assert.Single(opened.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2E= x")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")]
    [InlineData("00")]
    public async Task Anything_else_is_an_error_that_names_the_file(string text)
    {
        string path = Write(text);
        KeyFileException e = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.OpenAsync(path, null, Cancel));
        Assert.StartsWith($"{path}: neither", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    /// <summary>A key that says it is another one would sign heads that nobody can verify.</summary>
    [Fact]
    public async Task A_signer_is_proved_by_a_signature_that_verifies_with_the_key_that_it_names()
    {
        await TestSignature.ProveAsync(_key, Cancel);
        using var other = Ed25519Signer.Generate();
        var error = await Assert.ThrowsAsync<SignerException>(() => TestSignature.ProveAsync(new Impostor(_key.PublicKey, other), Cancel));
        Assert.Contains(_key.PublicKey.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pkcs11:object=k?module-path=/nowhere/module.so", "/nowhere/module.so")]
    [InlineData("pkcs11:object=k?module-path=FILE&pin-source=/nowhere/pin", "/nowhere/pin")]
    public void A_URI_that_names_a_file_that_is_not_there_is_an_error_before_the_token_is_asked(string uri, string missing)
    {
        string file = Write("no module, but a file");
        var error = Assert.Throws<KeyFileException>(() => KeyFile.CheckToken(uri.Replace("FILE", file, StringComparison.Ordinal)));
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_the_longest_length_is_read()
    {
        string path = Write(new string('x', KeyFile.MaxSize));
        var error = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.OpenAsync(path, null, Cancel));
        Assert.StartsWith($"{path}: neither", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_missing_or_too_long_is_an_error()
    {
        string missing = _folder.PathOf("missing");
        KeyFileException e = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.OpenAsync(missing, null, Cancel));
        Assert.StartsWith($"{missing}: cannot read", e.Message, StringComparison.Ordinal);
        string tooLong = Write(new string('x', KeyFile.MaxSize + 1));
        e = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.OpenAsync(tooLong, null, Cancel));
        Assert.Contains("longer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_encrypted_private_key_is_an_error()
    {
        PeerPrograms programs = await PeerPrograms.RequireAsync(Cancel);
        string path = _folder.PathOf("encrypted");
        string[] arguments = ["-q", "-t", "ed25519", "-N", "secret", "-f", path];
        (await ProgramProcess.RunAsync(programs["ssh-keygen"], arguments, Cancel)).Succeeded();
        KeyFileException e = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.OpenAsync(path, null, Cancel));
        Assert.Contains("encrypted", e.Message, StringComparison.Ordinal);
        Assert.Equal(
            OpenSshKey.ParsePublic((await File.ReadAllTextAsync(path + ".pub", Cancel)).Trim()),
            await KeyFile.ReadPublicAsync(path + ".pub", Cancel));
    }

    [Fact]
    public async Task A_private_key_is_no_public_key()
    {
        string path = Write(OpenSshKey.FormatPrivate(_key));
        KeyFileException e = await Assert.ThrowsAsync<KeyFileException>(() => KeyFile.ReadPublicAsync(path, Cancel));
        Assert.Contains(".pub", e.Message, StringComparison.Ordinal);
    }

    private string Write(string text, UnixFileMode mode = OwnersOnly)
    {
        string path = _folder.Write("key", text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        return path;
    }
}
