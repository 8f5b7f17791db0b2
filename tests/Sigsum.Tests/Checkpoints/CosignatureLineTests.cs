using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Tests.Checkpoints;

public sealed class CosignatureLineTests : IDisposable
{
    private readonly Ed25519Signer _log = Ed25519Signer.Generate();
    private readonly Ed25519Signer _witness = Ed25519Signer.Generate();
    private readonly Ed25519Signer _other = Ed25519Signer.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _log.Dispose();
        _witness.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task The_witness_s_cosignature_is_found_among_others_under_any_name()
    {
        Checkpoint checkpoint = await CheckpointAsync(7);
        ImmutableArray<CosignatureLine> lines =
        [
            await CosignatureLine.CosignAsync(checkpoint, "w.example", _other, 100, Cancel),
            await CosignatureLine.CosignAsync(checkpoint, "w.example", _witness, 101, Cancel),
        ];
        Assert.True(CosignatureLine.TryFind(lines, checkpoint, _witness.PublicKey, out Cosignature found));
        Assert.Equal(new Cosignature(_witness.PublicKey.KeyHash(), 101, lines[1].Signature), found);
        Assert.False(CosignatureLine.TryFind(lines, checkpoint, _log.PublicKey, out found));
        Assert.Equal(default, found);
    }

    [Fact]
    public async Task Cosignatures_of_another_tree_or_with_another_key_id_are_not_found()
    {
        Checkpoint checkpoint = await CheckpointAsync(7);
        CosignatureLine line = await CosignatureLine.CosignAsync(await CheckpointAsync(8), "w", _witness, 1, Cancel);
        Assert.False(CosignatureLine.TryFind([line], checkpoint, _witness.PublicKey, out _));
        line = await CosignatureLine.CosignAsync(checkpoint, "w", _witness, 1, Cancel);
        Assert.True(CosignatureLine.TryFind([line], checkpoint, _witness.PublicKey, out _));
        Assert.False(CosignatureLine.TryFind([line with { KeyName = "v" }], checkpoint, _witness.PublicKey, out _));
        Assert.False(CosignatureLine.TryFind([line with { Timestamp = 2 }], checkpoint, _witness.PublicKey, out _));
        KeyId asLog = KeyId.Create("w", NoteSignatureType.Ed25519, _witness.PublicKey);
        Assert.False(CosignatureLine.TryFind([line with { KeyId = asLog }], checkpoint, _witness.PublicKey, out _));
    }

    [Fact]
    public async Task A_bad_line_does_not_hide_a_good_one()
    {
        Checkpoint checkpoint = await CheckpointAsync(7);
        CosignatureLine good = await CosignatureLine.CosignAsync(checkpoint, "w", _witness, 1, Cancel);
        CosignatureLine bad = good with { Signature = default };
        Assert.True(CosignatureLine.TryFind([bad, good], checkpoint, _witness.PublicKey, out _));
    }

    [Fact]
    public async Task Lines_of_other_kinds_are_passed_over()
    {
        CosignatureLine line = await CosignatureLine.CosignAsync(await CheckpointAsync(7), "w", _witness, 1, Cancel);
        var writer = new ArrayBufferWriter<byte>();
        line.Write(writer);
        string text = Encoding.UTF8.GetString(writer.WrittenSpan);
        string mlDsa = $"— w {Convert.ToBase64String(new byte[4 + 8 + 2420])}\n";
        string tooLate = $"— w {Convert.ToBase64String([0, 0, 0, 0, 0x80, .. new byte[71]])}\n";
        Assert.Equal([line], CosignatureLine.ParseLines(Encoding.UTF8.GetBytes(mlDsa + tooLate + text)));
        Assert.Empty(CosignatureLine.ParseLines(Encoding.UTF8.GetBytes(mlDsa)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("not a signature line\n")]
    [InlineData("— w AAAAAAAA")]
    [InlineData("— w AAAAAAAA\r\n")]
    [InlineData("— w AAAAAAAA\n\n")]
    [InlineData("— w AAAAAA==\n")]
    [InlineData("— w\tx AAAAAAAA\n")]
    public void What_is_not_a_list_of_signature_lines_is_refused(string text) =>
        Assert.Throws<SigsumFormatException>(() => CosignatureLine.ParseLines(Encoding.UTF8.GetBytes(text)));

    private async Task<Checkpoint> CheckpointAsync(ulong size)
    {
        SignedTreeHead head = await SignedTreeHead.SignAsync(new TreeHead(size, Hash.Sha256("r"u8)), _log, Cancel);
        return Checkpoint.FromSignedTreeHead(head, _log.PublicKey);
    }
}
