using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Sigsum.Tests.Crypto;

/// <summary>
/// A slow model of how Go's crypto/ed25519 verifies, written from RFC 8032 section 5.1 and independent of any library:
/// S below the group order, lenient decoding of A, [S]B - [k]A compared with the bytes of R.
/// </summary>
internal static class ReferenceEd25519
{
    public static readonly BigInteger GroupOrder =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly BigInteger SqrtMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    private static readonly Point Base = BasePoint();

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != 32 || signature.Length != 64 || Decode(publicKey) is not { } a)
        {
            return false;
        }

        BigInteger s = LittleEndian(signature[32..]);
        if (s >= GroupOrder)
        {
            return false;
        }

        byte[] hashed = [.. signature[..32], .. publicKey, .. message];
        BigInteger k = LittleEndian(SHA512.HashData(hashed)) % GroupOrder;
        Span<byte> expected = stackalloc byte[32];
        Encode(DoubleMultiply(s, Base, k, a.Negate()), expected);
        return expected.SequenceEqual(signature[..32]);
    }

    /// <summary>Decodes a point; y may be above the field prime, and x = 0 may have a sign.</summary>
    private static Point? Decode(ReadOnlySpan<byte> bytes)
    {
        BigInteger y = LittleEndian(bytes);
        bool odd = (bytes[31] & 0x80) != 0;
        y &= BigInteger.Pow(2, 255) - 1;
        y = Mod(y);
        BigInteger xx = Mod((y * y - 1) * Inverse(Mod(D * y * y + 1)));
        BigInteger x = BigInteger.ModPow(xx, (P + 3) / 8, P);
        if (Mod(x * x - xx) != 0)
        {
            x = Mod(x * SqrtMinusOne);
        }

        if (Mod(x * x - xx) != 0)
        {
            return null;
        }

        x = !x.IsEven != odd ? Mod(-x) : x;
        return new Point(x, y, 1, Mod(x * y));
    }

    private static void Encode(Point point, Span<byte> destination)
    {
        BigInteger inverse = Inverse(point.Z);
        BigInteger x = Mod(point.X * inverse);
        BigInteger y = Mod(point.Y * inverse);
        destination.Clear();
        y.TryWriteBytes(destination, out _, isUnsigned: true);
        destination[31] |= (byte)(x.IsEven ? 0 : 0x80);
    }

    /// <summary>[a]p + [b]q, one bit of both scalars at a time.</summary>
    private static Point DoubleMultiply(BigInteger a, Point p, BigInteger b, Point q)
    {
        Point both = p.Add(q);
        Point sum = Point.Neutral;
        for (int bit = 252; bit >= 0; bit--)
        {
            sum = sum.Add(sum);
            bool first = !((a >> bit) & 1).IsZero;
            bool second = !((b >> bit) & 1).IsZero;
            sum = (first, second) switch
            {
                (true, true) => sum.Add(both),
                (true, false) => sum.Add(p),
                (false, true) => sum.Add(q),
                _ => sum,
            };
        }

        return sum;
    }

    private static Point BasePoint()
    {
        Span<byte> encoded = stackalloc byte[32];
        Mod(4 * Inverse(5)).TryWriteBytes(encoded, out _, isUnsigned: true);
        return Decode(encoded)!.Value;
    }

    private static BigInteger LittleEndian(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    private static BigInteger Mod(BigInteger value)
    {
        BigInteger rest = value % P;
        return rest.Sign < 0 ? rest + P : rest;
    }

    /// <summary>Extended coordinates; the addition is complete (RFC 8032 section 5.1.4).</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        public static Point Neutral { get; } = new(0, 1, 1, 0);

        public Point Negate() => new(Mod(-X), Y, Z, Mod(-T));

        public Point Add(Point other)
        {
            BigInteger a = Mod((Y - X) * (other.Y - other.X));
            BigInteger b = Mod((Y + X) * (other.Y + other.X));
            BigInteger c = Mod(2 * T * other.T * D);
            BigInteger d = Mod(2 * Z * other.Z);
            (BigInteger e, BigInteger f, BigInteger g, BigInteger h) = (b - a, d - c, d + c, b + a);
            return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
        }
    }
}
