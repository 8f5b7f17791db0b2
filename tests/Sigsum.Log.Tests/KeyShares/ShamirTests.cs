using CsCheck;
using Sigsum.Log.KeyShares;

namespace Sigsum.Log.Tests.KeyShares;

/// <summary>The field, exhaustively, and what shares say about a secret.</summary>
public sealed class ShamirTests
{
    /// <summary>The textbook's way: logarithms to the generator 3, as AES implementations have them in tables.</summary>
    private static readonly (byte[] Exp, int[] Log) Tables = MakeTables();

    [Fact]
    public void Every_product_is_that_of_the_tables()
    {
        for (var a = 0; a < 256; a++)
        {
            for (var b = 0; b < 256; b++)
            {
                var expected = a == 0 || b == 0 ? 0 : Tables.Exp[(Tables.Log[a] + Tables.Log[b]) % 255];
                Assert.Equal(expected, Gf256.Multiply((byte)a, (byte)b));
            }
        }
    }

    [Fact]
    public void The_examples_of_FIPS_197_hold()
    {
        Assert.Equal(0xc1, Gf256.Multiply(0x57, 0x83));
        Assert.Equal(0xfe, Gf256.Multiply(0x57, 0x13));
        Assert.Equal(0xca, Gf256.Inverse(0x53));
    }

    [Fact]
    public void Every_element_but_0_has_its_inverse()
    {
        for (var a = 1; a < 256; a++)
            Assert.Equal(1, Gf256.Multiply((byte)a, Gf256.Inverse((byte)a)));
        Assert.Equal(0, Gf256.Inverse(0));
    }

    [Fact]
    public void Any_shares_that_are_enough_give_the_secret_in_any_order() =>
        Gen.Select(Gen.Int[2, 8], Gen.Int[0, 8], Gen.Byte.Array[1, 40], Gen.Int[0, int.MaxValue])
            .Sample((threshold, more, secret, seed) =>
            {
                var shares = Shamir.Split(secret, threshold, threshold + more);
                var indices = Enumerable.Range(1, threshold + more).Select(i => (byte)i).ToArray();
                new Random(seed).Shuffle(indices);
                var chosen = indices[..threshold];
                byte[][] values = [.. chosen.Select(index => shares[index - 1])];
                Assert.Equal(secret, Shamir.Interpolate(chosen, values, 0));
                foreach (var index in indices)
                    Assert.Equal(shares[index - 1], Shamir.Interpolate(chosen, values, index));
            });

    [Fact]
    public void With_one_share_less_every_secret_is_as_likely()
    {
        // For each value that the missing share could have there is one secret, and all 256 come out.
        var shares = Shamir.Split([0x2a], 3, 3);
        byte[] indices = [1, 2, 3];
        var secrets = Enumerable.Range(0, 256)
            .Select(guess => Shamir.Interpolate(indices, [shares[0], shares[1], [(byte)guess]], 0)[0]);
        Assert.Equal(256, secrets.Distinct().Count());
    }

    [Fact]
    public void Shares_are_random_in_every_bit()
    {
        var shares = Shamir.Split(new byte[4096], 2, 3);
        foreach (var share in shares)
        {
            // 4096 throws for each bit: more than 300 off the middle is nine deviations.
            for (var bit = 0; bit < 8; bit++)
                Assert.InRange(share.Count(value => (value >> bit & 1) == 1), 2048 - 300, 2048 + 300);
            Assert.Contains(share, value => value == 0); // A highest coefficient of 0 is allowed.
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Split([1], 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Split([1], 4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Split([1], 2, 256));
        Assert.Throws<ArgumentException>(() => Shamir.Interpolate([1, 1], [[1], [2]], 0));
    }

    [Fact]
    public void All_subsets_are_tried_once()
    {
        Assert.Equal(["12", "13", "23"], Subsets.OfSize([1, 2, 3], 2).Select(subset => string.Concat(subset)));
        Assert.Equal(12870, Subsets.OfSize([.. Enumerable.Range(0, 16)], 8).Distinct().Count());
        Assert.Equal([[]], Subsets.OfSize([1, 2], 0));
        Assert.Empty(Subsets.OfSize([1, 2], 3));
    }

    private static (byte[] Exp, int[] Log) MakeTables()
    {
        var (exp, log) = (new byte[255], new int[256]);
        var value = 1;
        for (var power = 0; power < 255; power++)
        {
            exp[power] = (byte)value;
            log[value] = power;
            value ^= value << 1;
            if (value > 255)
                value ^= 0x11b;
        }

        return (exp, log);
    }
}
