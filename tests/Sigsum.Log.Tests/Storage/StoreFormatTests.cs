using System.Text;
using Sigsum.Crypto;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Log.Tests.Storage;

/// <summary>The bytes of stored values: written in one way, and read back only in that way.</summary>
public sealed class StoreFormatTests
{
    private const string EmptyRoot = "root_hash=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Identity =
        "version=1\nrole=secondary\ntree_type=PREORDERED_LOG\ntree_state=FROZEN\n" +
        "node_id=000102030405060708090a0b0c0d0e0f\n";

    private static readonly Guid _nodeId = Guid.ParseExact("000102030405060708090a0b0c0d0e0f", "N");

    [Fact]
    public void The_identity_is_lines_of_text()
    {
        var identity = new StoreIdentity(
            1, NodeRole.Secondary, TreeType.PreorderedLog, TreeState.Frozen, _nodeId, null);
        Assert.Equal(Identity, Encoding.ASCII.GetString(StoreFormat.WriteIdentity(identity)));
        Assert.Equal(identity, StoreFormat.ReadIdentity(Encoding.ASCII.GetBytes(Identity)));

        identity = new StoreIdentity(
            1, NodeRole.Primary, TreeType.Log, TreeState.Active, _nodeId, Hash.Sha256("key"u8));
        Assert.Equal(identity, StoreFormat.ReadIdentity(StoreFormat.WriteIdentity(identity)));
    }

    [Theory]
    [InlineData("version=1", "version=01")]
    [InlineData("version=1", "version=9999999999999")]
    [InlineData("version=1", "Version=1")]
    [InlineData("secondary", "Secondary")]
    [InlineData("secondary", "witness")]
    [InlineData("FROZEN", "frozen")]
    [InlineData("FROZEN", "FROZEN ")]
    [InlineData("0a0b0c", "0A0B0C")]
    [InlineData("0e0f\n", "0e0f\nlog_key_hash=\n")]
    [InlineData("0e0f\n", "0e0f")]
    [InlineData("0e0f\n", "0e0f\n\n")]
    [InlineData("role=secondary\n", "")]
    [InlineData("\n", "\r\n")]
    public void Any_other_spelling_of_an_identity_is_damage(string what, string with)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Identity.Replace(what, with, StringComparison.Ordinal));
        Assert.Throws<StoreException>(() => StoreFormat.ReadIdentity(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("size=1\n")]
    [InlineData("size=1\nroot_hash=00\n")]
    [InlineData("size=9223372036854775808\n" + EmptyRoot + "\n")]
    [InlineData("size=1\n" + EmptyRoot + "\n\n")]
    [InlineData("size=1\n" + EmptyRoot)]
    public void Any_other_form_of_a_tree_head_is_damage(string head)
    {
        Assert.Throws<StoreException>(() => StoreFormat.ReadTreeHead(Encoding.ASCII.GetBytes(head)));
        Assert.Equal(TreeHead.Empty, StoreFormat.ReadTreeHead(StoreFormat.WriteTreeHead(TreeHead.Empty)));
    }
}
