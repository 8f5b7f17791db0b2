using System.Security.Cryptography;

namespace Sigsum.Log.KeyShares;

/// <summary>
/// Shamir's secret sharing (A. Shamir, "How to share a secret", Communications of the ACM 22(11), 1979) for each byte of a
/// secret: the byte is the value at 0 of a random polynomial, the shares are its values at 1, 2, and so on. As many shares
/// as the polynomial has coefficients determine it; fewer say nothing at all about the secret.
/// </summary>
internal static class Shamir
{
    /// <summary>Makes shares of a secret.</summary>
    /// <param name="secret">The secret, of any length.</param>
    /// <param name="threshold">How many shares give it back, at least 2.</param>
    /// <param name="count">How many shares there are, at most 255.</param>
    /// <returns>The shares in order; the first is the one at 1. The caller clears them after use.</returns>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int threshold, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, byte.MaxValue);
        var shares = new byte[count][];
        for (var i = 0; i < count; i++)
            shares[i] = new byte[secret.Length];
        var coefficients = new byte[threshold];
        for (var position = 0; position < secret.Length; position++)
        {
            // All values are as likely for every coefficient, the highest included: 0 is no exception.
            RandomNumberGenerator.Fill(coefficients);
            coefficients[0] = secret[position];
            for (var i = 0; i < count; i++)
                shares[i][position] = Evaluate(coefficients, (byte)(i + 1));
        }

        CryptographicOperations.ZeroMemory(coefficients);
        return shares;
    }

    /// <summary>The value at <paramref name="at"/> of the polynomials that go through the points.</summary>
    /// <param name="indices">Where the polynomials are known; all different.</param>
    /// <param name="values">What they are there, for each index; all of the same length.</param>
    /// <param name="at">0 for the secret, another index for the share there.</param>
    public static byte[] Interpolate(ReadOnlySpan<byte> indices, IReadOnlyList<byte[]> values, byte at)
    {
        var result = new byte[values[0].Length];
        for (var i = 0; i < indices.Length; i++)
        {
            var weight = Weight(indices, i, at);
            for (var position = 0; position < result.Length; position++)
                result[position] = Gf256.Add(result[position], Gf256.Multiply(weight, values[i][position]));
        }

        return result;
    }

    /// <summary>Lagrange's basis polynomial: 1 at the index <paramref name="i"/>, 0 at all others.</summary>
    private static byte Weight(ReadOnlySpan<byte> indices, int i, byte at)
    {
        byte numerator = 1, denominator = 1;
        for (var j = 0; j < indices.Length; j++)
        {
            if (j == i)
                continue;
            numerator = Gf256.Multiply(numerator, Gf256.Add(at, indices[j]));
            denominator = Gf256.Multiply(denominator, Gf256.Add(indices[i], indices[j]));
        }

        return denominator == 0
            ? throw new ArgumentException("two shares have the same index", nameof(indices))
            : Gf256.Multiply(numerator, Gf256.Inverse(denominator));
    }

    private static byte Evaluate(ReadOnlySpan<byte> coefficients, byte at)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
            value = Gf256.Add(Gf256.Multiply(value, at), coefficients[i]);
        return value;
    }
}
