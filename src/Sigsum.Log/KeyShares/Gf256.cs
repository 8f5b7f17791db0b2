namespace Sigsum.Log.KeyShares;

/// <summary>
/// The field of 256 elements that AES has too (FIPS 197 section 4): bytes as polynomials over GF(2), modulo
/// x^8 + x^4 + x^3 + x + 1.
/// </summary>
/// <remarks>
/// Without tables and without branches on the operands, so that neither cache nor branch predictor tells what is secret.
/// </remarks>
internal static class Gf256
{
    /// <summary>The sum, which is the difference too.</summary>
    public static byte Add(byte a, byte b) => (byte)(a ^ b);

    /// <summary>The product.</summary>
    public static byte Multiply(byte a, byte b)
    {
        int product = 0, shifted = a;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= shifted & -((b >> bit) & 1);
            shifted = (shifted << 1) ^ (0x11b & -(shifted >> 7));
        }

        return (byte)product;
    }

    /// <summary>What multiplies with <paramref name="a"/> to 1; 0 for 0, which has no inverse.</summary>
    public static byte Inverse(byte a)
    {
        // a^254: the group of the other 255 elements has this order.
        byte result = 1, square = a;
        for (var bit = 1; bit < 8; bit++)
        {
            square = Multiply(square, square);
            result = Multiply(result, square);
        }

        return result;
    }
}
