using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Messages;

/// <summary>The statements that nodes of a log exchange, signed with the log key.</summary>
public sealed class NodeStatementTests : IDisposable
{
    private static readonly Guid Node = Guid.ParseExact("00112233445566778899aabbccddeeff", "N");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly TreeHead Tree = new(42, Hash.Sha256([1]));
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_promotion_record_is_read_as_it_was_written_and_proves_itself()
    {
        var record = await RecordAsync();
        var read = PromotionRecord.Parse(record.ToBytes());
        Assert.Equal(record, read);
        Assert.True(read.Verify());
        Assert.Equal(record.Id(), read.Id());
        Assert.Equal(1_790_000_000ul, read.Timestamp);
    }

    [Fact]
    public async Task A_promotion_record_of_which_anything_was_changed_does_not_verify_and_is_another_one()
    {
        var record = await RecordAsync();
        PromotionRecord[] changed =
        [
            record with { Epoch = 8 },
            record with { NodeId = Guid.NewGuid() },
            record with { NodeUrl = null },
            record with { NodeUrl = new Uri("http://other.example/") },
            record with { TreeHead = Tree with { Size = 43 } },
            record with { TreeHead = Tree with { RootHash = Hash.Sha256([2]) } },
            record with { Timestamp = 0 },
            record with { LogKey = Ed25519Signer.Generate().PublicKey },
        ];
        Assert.All(changed, other => Assert.False(other.Verify()));
        Assert.All(changed, other => Assert.NotEqual(record.Id(), other.Id()));
    }

    [Fact]
    public async Task What_is_signed_is_neither_a_tree_head_nor_another_statement()
    {
        // A signature on one kind of statement never counts for another, whatever the fields are.
        var record = await RecordAsync();
        var head = new SignedTreeHead(Tree, record.Signature);
        Assert.False(head.Verify(_key.PublicKey));
        var roster = await RosterAsync();
        Assert.False((record with { Signature = roster.Signature }).Verify());
        Assert.False((roster with { Signature = record.Signature }).Verify());
        Assert.DoesNotContain("sigsum-log", SigsumOrigin.ForLog(_key.PublicKey), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("epoch=7", "epoch=0")]
    [InlineData("node_id=00112233445566778899aabbccddeeff", "node_id=00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("node_url=http://node.example:6967/log/", "node_url=http://node.example:6967/log/?x")]
    [InlineData("node_url=http://node.example:6967/log/", "node_url=ftp://node.example/")]
    [InlineData("node_url=http://node.example:6967/log/", "node_url=http://NODE.example:6967/log/")]
    [InlineData("timestamp=1790000000\n", "")]
    [InlineData("timestamp=1790000000", "timestamp=01790000000")]
    public async Task Every_other_spelling_of_a_promotion_record_is_refused(string from, string to)
    {
        var text = System.Text.Encoding.ASCII.GetString((await RecordAsync()).ToBytes());
        Assert.Contains(from, text, StringComparison.Ordinal);
        var other = System.Text.Encoding.ASCII.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
        Assert.Throws<SigsumFormatException>(() => PromotionRecord.Parse(other));
    }

    [Fact]
    public async Task A_URL_that_could_not_be_read_back_is_not_signed()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await PromotionRecord.SignAsync(
            1, Node, new Uri("http://x.example/" + new string('a', 600)), Tree, Now, _key, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await PromotionRecord.SignAsync(
            1, Node, new Uri("http://user@x.example/"), Tree, Now, _key, Cancel));
    }

    [Fact]
    public async Task A_roster_is_read_as_it_was_written_and_proves_itself()
    {
        var roster = await RosterAsync();
        var read = Roster.Parse(roster.ToBytes());
        Assert.Equal(roster, read);
        Assert.True(read.Verify());
        Assert.False((read with { Quorum = 2 }).Verify());
        Assert.False((read with { Secondaries = [read.Secondaries[0]] }).Verify());
        Assert.Null(read.Secondaries[1].NodeId);
    }

    [Fact]
    public async Task Rosters_are_ordered_by_epoch_and_number()
    {
        var roster = await RosterAsync();
        Assert.True(roster.IsLaterThan(null));
        Assert.False(roster.IsLaterThan(roster));
        Assert.True(roster.IsLaterThan(roster with { Number = 2 }));
        Assert.True((roster with { Epoch = 4, Number = 1 }).IsLaterThan(roster));
        Assert.False(roster.IsLaterThan(roster with { Epoch = 4, Number = 1 }));
        Assert.True(roster.SaysTheSameAs(roster with { Number = 9 }));
        Assert.False(roster.SaysTheSameAs(roster with { Quorum = 2 }));
    }

    [Theory]
    [InlineData("quorum=1", "quorum=3")]
    [InlineData("quorum=1", "quorum=0")]
    [InlineData("secondary=- ", "secondary= ")]
    [InlineData("secondary=- ", "secondary=")]
    [InlineData("http://b.example/", "http://b.example/ ")]
    public async Task Every_other_spelling_of_a_roster_is_refused(string from, string to)
    {
        var text = System.Text.Encoding.ASCII.GetString((await RosterAsync()).ToBytes());
        Assert.Contains(from, text, StringComparison.Ordinal);
        var other = System.Text.Encoding.ASCII.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
        Assert.Throws<SigsumFormatException>(() => Roster.Parse(other));
    }

    [Fact]
    public async Task A_greeting_is_read_as_it_was_written()
    {
        var record = await RecordAsync();
        foreach (var greeting in new[] { NodeGreeting.For(Node, null), NodeGreeting.For(Node, record) })
            Assert.Equal(greeting, NodeGreeting.Parse(greeting.ToString()));
        Assert.Equal("00112233445566778899aabbccddeeff 0 -", NodeGreeting.For(Node, null).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899aabbccddeeff 0")]
    [InlineData("00112233445566778899aabbccddeeff 1 -")]
    [InlineData("00112233445566778899aabbccddeeff 01 -")]
    [InlineData("\t00112233445566778899aabbccddeeff 0 -")]
    [InlineData("00112233445566778899aabbccddeeff\u00a0 0 -")]
    [InlineData("00112233445566778899aabbccddeeff 0 - x")]
    [InlineData("00112233445566778899aabbccddee 0 -")]
    [InlineData("00112233445566778899aabbccddeeff 0 4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a")]
    public void Anything_else_is_no_greeting(string text) =>
        Assert.Throws<SigsumFormatException>(() => NodeGreeting.Parse(text));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(1, -1)]
    public async Task No_roster_is_signed_that_nobody_would_read(int secondaries, int quorum)
    {
        var entries = Enumerable.Range(1, secondaries).Select(
            port => new RosterEntry(Guid.NewGuid(), _key.PublicKey, new Uri($"http://a.example:{port}/")));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            nameof(quorum), async () => await Roster.SignAsync(1, 1, Node, quorum, [.. entries], _key, Cancel));
    }

    private ValueTask<PromotionRecord> RecordAsync() => PromotionRecord.SignAsync(
        7, Node, new Uri("http://node.example:6967/log/"), Tree, Now, _key, Cancel);

    private ValueTask<Roster> RosterAsync() => Roster.SignAsync(
        3, 5, Node, 1,
        [
            new RosterEntry(Guid.NewGuid(), Ed25519Signer.Generate().PublicKey, new Uri("http://a.example:1/")),
            new RosterEntry(null, Ed25519Signer.Generate().PublicKey, new Uri("http://b.example/")),
        ],
        _key, Cancel);
}
