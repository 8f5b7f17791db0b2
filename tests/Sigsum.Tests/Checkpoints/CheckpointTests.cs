using System.Buffers;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private const string Body =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n";

    private const string LogLine = "— example.com/behind-the-sofa "
        + "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

    private const string WitnessLine = "— witness.example.com/w1 "
        + "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";


    [Theory]
    [InlineData(Body + LogLine)]
    [InlineData(Body + LogLine + WitnessLine)]
    [InlineData(Body + WitnessLine + LogLine)]
    [InlineData(Body + "— x AAAAAAA=\n" + LogLine)] // a signature of one byte
    [InlineData(Body + "— example.com/behind-the-sofa AAAAAAA=\n" + LogLine)] // the log's name, another kind
    [InlineData(Body + "— grüße.example AAAAAAAA\n" + LogLine)]
    public void The_log_s_signature_is_found_and_others_are_passed_over(string text)
    {
        Checkpoint checkpoint = Parse(text);
        Assert.Equal("example.com/behind-the-sofa", checkpoint.Origin);
        Assert.Equal(20852163UL, checkpoint.TreeHead.Size);
        Assert.Equal("033de0ae", checkpoint.KeyId.ToString());
        var writer = new ArrayBufferWriter<byte>();
        checkpoint.Write(writer);
        Assert.Equal(Body + LogLine, Encoding.UTF8.GetString(writer.WrittenSpan));
    }

    [Theory]
    [InlineData(Body)]
    [InlineData(Body + WitnessLine)]
    [InlineData(Body + LogLine + LogLine)]
    [InlineData(Body + LogLine + "\n" + WitnessLine)]
    [InlineData(Body + LogLine + "— \n")]
    [InlineData(Body + LogLine + "— x\n")]
    [InlineData(Body + LogLine + "— x \n")]
    [InlineData(Body + LogLine + "—  AAAAAAAA\n")]
    [InlineData(Body + LogLine + "- x AAAAAAAA\n")]
    [InlineData(Body + LogLine + "x AAAAAAAA\n")]
    [InlineData(Body + LogLine + "— x AAAAAA==\n")] // four bytes: a key id without signature
    [InlineData(Body + LogLine + "— x AAAAAAA\n")]
    [InlineData(Body + LogLine + "— x AAAAAAAA \n")]
    [InlineData(Body + LogLine + "— x+y AAAAAAAA\n")]
    [InlineData(Body + LogLine + "— x\u00a0y AAAAAAAA\n")]
    [InlineData(Body + LogLine + "— x\u0001y AAAAAAAA\n")]
    [InlineData(Body + LogLine + "— x AAAA-AAA\n")]
    [InlineData("\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" + LogLine)]
    [InlineData("example.com/other\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" + LogLine)]
    [InlineData("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nx\n\n" + LogLine)]
    [InlineData("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n" + LogLine)]
    public void Malformed_checkpoints_are_refused(string text) =>
        Assert.Throws<SigsumFormatException>(() => Parse(text));

    [Fact]
    public void Sixteen_signature_lines_are_read_and_not_more()
    {
        string others = string.Concat(Enumerable.Repeat(WitnessLine, 15));
        Parse(Body + others + LogLine);
        Parse(Body + LogLine + others);
        Assert.Throws<SigsumFormatException>(() => Parse(Body + LogLine + others + WitnessLine));
        Assert.Throws<SigsumFormatException>(() => CosignatureLine.ParseLines(Encoding.UTF8.GetBytes(
            others + WitnessLine + WitnessLine)));
    }

    [Fact]
    public void What_is_not_UTF8_is_refused()
    {
        byte[] good = Encoding.UTF8.GetBytes(Body + "— ~ AAAAAAAA\n" + LogLine);
        Checkpoint.Parse(good);
        good[good.AsSpan().IndexOf((byte)'~')] = 0xFF;
        Assert.Throws<SigsumFormatException>(() => Checkpoint.Parse(good));
    }

    [Fact]
    public void The_example_of_signed_note_verifies()
    {
        VerifierKey key = VerifierKey.Parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        var reader = new AsciiReader(Encoding.UTF8.GetBytes(
            "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
            + "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"));
        NoteSignature line = NoteSignature.ReadFrom(ref reader);
        byte[] signature = new byte[Signature.Size];
        Assert.True(line.TryDecode(out KeyId keyId, signature));
        Assert.Equal(key.Name, line.Name);
        Assert.Equal(key.KeyId, keyId);
        Assert.True(Ed25519.Verify(key.PublicKey, "This is an example message.\n"u8, new Signature(signature)));
    }

    [Fact]
    public void Add_checkpoint_of_the_specification_parses_up_to_its_second_log_signature()
    {
        const string Start = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
            + "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
            + "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n";
        AddCheckpointRequest request = AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(Start + Body + LogLine));
        Assert.Equal(20852014UL, request.OldSize);
        Assert.Equal(4, request.Proof.Path.Length);

        // A Sigsum log has one key, so two signatures under its name cannot both be its own.
        string second = "— example.com/behind-the-sofa "
            + "opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
        Assert.Throws<SigsumFormatException>(
            () => AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(Start + Body + LogLine + second)));
    }

    [Theory]
    [InlineData("old 20852163\n\n", true)]
    [InlineData("old 0\n\n", true)]
    [InlineData("old 20852164\n\n", false)] // larger than the checkpoint
    [InlineData("old  1\n\n", false)]
    [InlineData("old=1\n\n", false)]
    [InlineData("old 1\n", false)] // no empty line: the origin is taken for a hash
    [InlineData("\n", false)]
    public void The_old_size_comes_first(string start, bool accepted)
    {
        byte[] text = Encoding.UTF8.GetBytes(start + Body + LogLine);
        if (accepted)
            AddCheckpointRequest.Parse(text);
        else
            Assert.Throws<SigsumFormatException>(() => AddCheckpointRequest.Parse(text));
    }

    [Fact]
    public void A_proof_of_63_hashes_is_read_and_not_a_longer_one()
    {
        string Request(int count) => "old 5\n"
            + string.Concat(Enumerable.Repeat("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", count))
            + "\n" + Body + LogLine;
        Assert.Equal(63, AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(Request(63))).Proof.Path.Length);
        Assert.Throws<SigsumFormatException>(() => AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(Request(64))));
    }

    private static Checkpoint Parse(string text) => Checkpoint.Parse(Encoding.UTF8.GetBytes(text));
}
