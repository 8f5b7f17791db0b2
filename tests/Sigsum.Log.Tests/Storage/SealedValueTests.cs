using System.Text;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>The seal of values that have no second copy.</summary>
public sealed class SealedValueTests
{
    private static readonly byte[] _key = "promotion-begun"u8.ToArray();

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("role=primary\nnode_id=0123456789abcdef0123456789abcdef\n")]
    public void No_bit_of_key_or_value_can_change(string text)
    {
        byte[] value = Encoding.ASCII.GetBytes(text);
        byte[] stored = SealedValue.Close(_key, value);
        Assert.Equal(value, SealedValue.Open(_key, stored));
        byte[] both = [.. _key, .. stored];
        for (int bit = 0; bit < 8 * both.Length; bit++)
        {
            byte[] changed = [.. both];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var error = Assert.Throws<StoreException>(
                () => SealedValue.Open(changed.AsSpan(0, _key.Length), changed.AsSpan(_key.Length)));
            Assert.Contains("is not stored as it was written", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_can_be_cut_off_or_move_between_key_and_value()
    {
        byte[] stored = SealedValue.Close("ab"u8, "cd"u8);
        for (int length = 0; length < stored.Length; length++)
            Assert.Throws<StoreException>(() => SealedValue.Open("ab"u8, stored.AsSpan(0, length)));
        Assert.Throws<StoreException>(() => SealedValue.Open("a"u8, [(byte)'b', .. stored]));
        Assert.Throws<StoreException>(() => SealedValue.Open("abc"u8, stored.AsSpan(1)));
    }
}
