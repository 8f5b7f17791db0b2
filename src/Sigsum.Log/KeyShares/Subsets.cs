namespace Sigsum.Log.KeyShares;

/// <summary>All ways to choose some of a few things.</summary>
internal static class Subsets
{
    /// <summary>Every subset of a size, each in the order of <paramref name="items"/>.</summary>
    public static IEnumerable<IReadOnlyList<T>> OfSize<T>(IReadOnlyList<T> items, int size)
    {
        if (size == 0)
        {
            yield return [];
            yield break;
        }

        for (var first = 0; first + size <= items.Count; first++)
        {
            foreach (var rest in OfSize([.. items.Skip(first + 1)], size - 1))
                yield return [items[first], .. rest];
        }
    }
}
