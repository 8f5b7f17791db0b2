using CsCheck;

namespace Sigsum.Tests.Merkle;

/// <summary>Trees of every order of magnitude, up to the largest that the protocol allows.</summary>
internal static class TreeGen
{
    public const ulong MaxSize = long.MaxValue;

    /// <summary>Sizes from 1 to 2^63-1, with a preference for the neighbours of powers of two.</summary>
    public static Gen<ulong> Sizes { get; } = Gen.OneOf(
        Gen.ULong[1, 1000],
        Gen.ULong[(1UL << 40) - 1000, (1UL << 40) + 1000],
        Gen.ULong[MaxSize - 1000, MaxSize],
        Gen.Select(Gen.Int[1, 62], Gen.ULong[0, 2], (bits, offset) => (1UL << bits) - 1 + offset),
        Gen.Select(Gen.Int[0, 62], Gen.ULong[1, MaxSize], (shift, size) => Math.Max(1, size >> shift)));

    public static NaiveTree Marked(params ulong[] indices) => new([.. indices]);

    /// <summary>A number below the limit, made from one of any size.</summary>
    public static ulong Below(ulong limit, ulong any) => any % limit;
}
