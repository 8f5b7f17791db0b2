using System.Text;
using CsCheck;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Tests.Messages;
using Sigsum.Tests.Vectors;

namespace Sigsum.Tests.Checkpoints;

public sealed class VerifierKeyTests
{
    private const string Example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    [Fact]
    public void Keys_are_written_as_they_are_read() => Gen.Select(MessageGen.KeyName, MessageGen.PublicKey, Gen.Bool)
        .Sample((name, key, witness) =>
        {
            NoteSignatureType type = witness ? NoteSignatureType.Cosignature : NoteSignatureType.Ed25519;
            VerifierKey vkey = VerifierKey.Create(name, type, key);
            Assert.Equal(vkey, VerifierKey.Parse(vkey.ToString()));
        });

    [Fact]
    public void Sigsum_key_writes_the_same()
    {
        PublicKey log = PeerFile.Key("log");
        Assert.Equal(
            PeerFile.Text("log.vkey").TrimEnd(),
            VerifierKey.Create(SigsumOrigin.ForLog(log), NoteSignatureType.Ed25519, log).ToString());
        Assert.Equal(
            PeerFile.Text("witness.vkey").TrimEnd(),
            VerifierKey.Create("witness.example/w1", NoteSignatureType.Cosignature, PeerFile.Key("witness"))
                .ToString());
        Assert.Equal(SigsumOrigin.Prefix + PeerFile.Text("log.keyhash").TrimEnd(), SigsumOrigin.ForLog(log));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com/foo")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")] // the key id does not fit
    [InlineData("example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l")]
    [InlineData("example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")] // type 5
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kAA==")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n")]
    [InlineData("example.com/foo +530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo++530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    public void Malformed_keys_are_refused(string text) =>
        Assert.Throws<SigsumFormatException>(() => VerifierKey.Parse(text));

    [Fact]
    public void Random_changes_never_give_another_key()
    {
        VerifierKey key = VerifierKey.Parse(Example);
        Gen.Select(Gen.Int[0, Example.Length - 1], Gen.Byte).Sample((at, b) =>
        {
            byte[] bytes = Encoding.ASCII.GetBytes(Example);
            bytes[at] = b;
            try
            {
                Assert.Equal(key, VerifierKey.Parse(bytes));
            }
            catch (SigsumFormatException)
            {
            }
        }, iter: 3000);
    }
}
