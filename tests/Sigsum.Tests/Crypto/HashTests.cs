using Sigsum.Crypto;

namespace Sigsum.Tests.Crypto;

public sealed class HashTests
{
    [Fact]
    public void Sha256_is_that_of_fips_180() =>
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            Hash.Sha256("abc"u8).ToString());

    [Fact]
    public void The_key_hash_is_the_hash_of_the_key_bytes()
    {
        PublicKey key = PublicKey.ParseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        Assert.Equal(Hash.Sha256(key.AsSpan()), key.KeyHash());
    }

    [Fact]
    public void Operators_agree_with_equality()
    {
        (Hash one, Hash same, Hash two) = (Hash.Sha256("1"u8), Hash.Sha256("1"u8), Hash.Sha256("2"u8));
        Assert.True(one == same && one != two && !(one != same) && !(one == two));
    }

    [Fact]
    public void A_refusal_is_one_line_and_does_not_repeat_the_input()
    {
        var refusal = Assert.Throws<SigsumFormatException>(() => Hash.ParseHex("<script>\n"));
        Assert.Equal("a hash must be exactly 64 hex digits", refusal.Message);
    }
}
