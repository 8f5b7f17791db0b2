using System.Text;
using CsCheck;
using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Tests.Vectors;

namespace Sigsum.Tests.Keys;

public sealed class OpenSshKeyTests
{
    private const string Line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDFMuCrItf6Qzxi/GQr6R1m4B3lwn5kfc28ETV4TvLym";

    [Theory]
    [InlineData("log")]
    [InlineData("witness")]
    [InlineData("submitter")]
    [InlineData("ratelimit")]
    [InlineData("litewitness")]
    [InlineData("ssh-keygen")]
    public void Keys_of_sigsum_key_and_ssh_keygen_are_read(string name)
    {
        string text = PeerFile.Text(name + ".key");
        Assert.Equal(PeerFile.Key(name), OpenSshKey.ParsePublic(PeerFile.Text(name + ".key.pub")));
        Assert.True(OpenSshKey.IsPrivate(text));
        Assert.False(OpenSshKey.IsPrivate(PeerFile.Text(name + ".key.pub")));
        using Ed25519Signer signer = OpenSshKey.ParsePrivate(text);
        Assert.Equal(PeerFile.Key(name), signer.PublicKey);
        Signature signature = signer.Sign("x"u8);
        Assert.True(Ed25519.Verify(PeerFile.Key(name), "x"u8, signature));
    }

    [Fact]
    public void Public_keys_are_written_as_sigsum_key_does() =>
        Assert.Equal(PeerFile.Text("log.key.pub"), OpenSshKey.FormatPublic(PeerFile.Key("log")));

    [Fact]
    public void Private_keys_are_written_as_sigsum_key_does()
    {
        string text = PeerFile.Text("log.key");
        using Ed25519Signer signer = OpenSshKey.ParsePrivate(text);
        string ours = OpenSshKey.FormatPrivate(signer);

        // All but the two random check numbers, which are 8 bytes of the same place.
        byte[] a = Blob(text);
        byte[] b = Blob(ours);
        int check = a.Length - 136;
        Assert.Equal([.. a[..check], .. a[(check + 8)..]], (byte[])[.. b[..check], .. b[(check + 8)..]]);
        Assert.Equal(text.Split('\n').Select(line => line.Length), ours.Split('\n').Select(line => line.Length));
    }

    [Fact]
    public void What_is_written_is_read_back() => Gen.Byte.Array[32].Sample(seed =>
    {
        using Ed25519Signer signer = Ed25519Signer.FromSeed(seed);
        using Ed25519Signer read = OpenSshKey.ParsePrivate(OpenSshKey.FormatPrivate(signer));
        Assert.Equal(seed, read.ExportSeed());
        Assert.Equal(signer.PublicKey, OpenSshKey.ParsePublic(OpenSshKey.FormatPublic(signer.PublicKey, "")));
        using Ed25519Signer hex = OpenSshKey.ParsePrivate(Convert.ToHexString(seed) + "\n");
        Assert.Equal(seed, hex.ExportSeed());
    }, iter: 30);

    [Theory]
    [InlineData(Line, null)]
    [InlineData(Line + "\n", null)]
    [InlineData(Line + " \r\n", null)]
    [InlineData(Line + " a comment with sigsum-policy=\"x\"\n", null)]
    [InlineData(" \t" + Line, null)]
    [InlineData("sigsum-policy=\"test-1\" " + Line + " c\n", "test-1")]
    public void Public_key_lines_may_have_a_policy_and_a_comment(string text, string? policy)
    {
        Assert.Equal(
            "314cb82ac8b5fe90cf18bf190afa4759b80779709f991f736f044d5e13bcbca6",
            OpenSshKey.ParsePublic(text, out string? name).ToString());
        Assert.Equal(policy, name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("ssh-ed25519")]
    [InlineData("# " + Line)]
    [InlineData(Line + "\n" + Line + "\n")]
    [InlineData("sigsum-policy=test-1 " + Line)]
    [InlineData("sigsum-policy=\"\" " + Line)]
    [InlineData("sigsum-policy=\"a'b\" " + Line)]
    [InlineData("sigsum-policy=\"a " + Line)]
    [InlineData("sigsum-policy=\"test-1\"")]
    [InlineData("restrict " + Line)]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIDFMuCrItf6Qzxi/GQr6R1m4B3lwn5kfc28ETV4TvLym")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE4AAAAIDFMuCrItf6Qzxi/GQr6R1m4B3lwn5kfc28ETV4TvLym")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHzFMuCrItf6Qzxi/GQr6R1m4B3lwn5kfc28ETV4TvLym")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDFMuCrItf6Qzxi/GQr6R1m4B3lwn5kfc28ETV4TvA==")]
    [InlineData("ssh-ed25519 314cb82ac8b5fe90cf18bf190afa4759b80779709f991f736f044d5e13bcbca6")]
    [InlineData("314cb82ac8b5fe90cf18bf190afa4759b80779709f991f736f044d5e13bcbca6")]
    public void Other_public_keys_are_refused(string text) =>
        Assert.Throws<SigsumFormatException>(() => OpenSshKey.ParsePublic(text));

    [Theory]
    [InlineData("ssh-keygen-encrypted.key", "is encrypted")]
    [InlineData("ssh-keygen-ecdsa.key", "ssh-ed25519")]
    [InlineData("log.key.pub", "expected an OpenSSH private key file")]
    [InlineData("token", "expected an OpenSSH private key file")]
    public void Other_private_keys_are_refused_with_the_reason(string file, string reason) => Assert.Contains(
        reason,
        Assert.Throws<SigsumFormatException>(() => OpenSshKey.ParsePrivate(PeerFile.Text(file))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_key_in_another_form_is_named()
    {
        string pkcs8 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAA\n-----END PRIVATE KEY-----\n";
        Assert.True(OpenSshKey.IsPrivate(pkcs8));
        Assert.Contains(
            "OpenSSH form",
            Assert.Throws<SigsumFormatException>(() => OpenSshKey.ParsePrivate(pkcs8)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Any_changed_byte_of_a_private_key_is_noticed()
    {
        byte[] blob = Blob(PeerFile.Text("ssh-keygen.key"));
        byte[] comment = Encoding.ASCII.GetBytes("a comment, of some length");
        int start = blob.AsSpan().LastIndexOf(comment);
        for (int i = 0; i < blob.Length; i++)
        {
            byte[] changed = [.. blob];
            changed[i] ^= 0x01;
            if (i >= start && i < start + comment.Length)
                OpenSshKey.ParsePrivate(Pem(changed)).Dispose();
            else
                Assert.Throws<SigsumFormatException>(() => OpenSshKey.ParsePrivate(Pem(changed)));
            Assert.Throws<SigsumFormatException>(() => OpenSshKey.ParsePrivate(Pem(blob[..i])));
        }

        Assert.Throws<SigsumFormatException>(() => OpenSshKey.ParsePrivate(Pem([.. blob, 0])));
    }

    [Fact]
    public void Random_changes_never_make_another_exception()
    {
        string text = PeerFile.Text("ssh-keygen.key");
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char).Array[1, 5].Sample(changes =>
        {
            var changed = new StringBuilder(text);
            foreach ((int at, char c) in changes)
                changed[at] = c;
            try
            {
                OpenSshKey.ParsePrivate(changed.ToString()).Dispose();
            }
            catch (SigsumFormatException e)
            {
                Assert.All(e.Message, c => Assert.InRange(c, ' ', '~'));
            }
        }, iter: 1000);
    }

    private static byte[] Blob(string pem) =>
        Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-'))));

    private static string Pem(byte[] blob) =>
        $"-----BEGIN OPENSSH PRIVATE KEY-----\n{Convert.ToBase64String(blob)}\n-----END OPENSSH PRIVATE KEY-----\n";
}
