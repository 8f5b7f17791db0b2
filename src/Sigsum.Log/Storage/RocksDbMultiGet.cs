using System.Runtime.InteropServices;
using RocksDbSharp;

namespace Sigsum.Log.Storage;

/// <summary>RocksDB's batched MultiGet: looks at each block of a file once for all keys that are in it.</summary>
internal static class RocksDbMultiGet
{
    /// <summary>Reads several values of one length; the keys are in order. Parameters as in
    /// <see cref="RocksDbHandle.GetAll"/>.</summary>
    /// <exception cref="StoreException">One of them cannot be read.</exception>
    public static unsafe void Read(
        nint db, nint options, nint family, ReadOnlySpan<byte> keys, int keySize, Span<byte> values, int valueSize,
        Span<int> lengths)
    {
        if (lengths.IsEmpty)
            return;
        var found = stackalloc nint[lengths.Length];
        var slices = stackalloc Slice[lengths.Length];
        var errors = new nint[lengths.Length];
        fixed (byte* first = keys)
        {
            for (int i = 0; i < lengths.Length; i++)
                slices[i] = new Slice((nint)(first + (i * keySize)), (nuint)keySize);
            Native.Instance.rocksdb_batched_multi_get_cf_slice(
                db, options, family, (nuint)lengths.Length, (nint)slices, (nint)found, errors, sorted_input: 1);
        }

        string? problem = null;
        for (int i = 0; i < lengths.Length; i++)
        {
            if (errors[i] != 0)
                problem = TakeText(errors[i]);
            lengths[i] = found[i] == 0 ? -1 : Take(found[i], values.Slice(i * valueSize, valueSize));
        }

        if (problem is not null)
            throw new StoreException($"cannot read from the database: {problem}");
    }

    /// <summary>Copies a value, if it has the length that is expected, and frees it.</summary>
    /// <returns>Its length.</returns>
    private static unsafe int Take(nint value, Span<byte> destination)
    {
        try
        {
            nint bytes = Native.Instance.rocksdb_pinnableslice_value(value, out nuint length);
            if (length == (nuint)destination.Length)
                new ReadOnlySpan<byte>((void*)bytes, destination.Length).CopyTo(destination);
            return checked((int)length);
        }
        finally
        {
            Native.Instance.rocksdb_pinnableslice_destroy(value);
        }
    }

    private static string TakeText(nint text)
    {
        string? copy = Marshal.PtrToStringUTF8(text);
        Native.Instance.rocksdb_free(text);
        return copy ?? "unknown error";
    }

    /// <summary>As rocksdb_slice_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Slice(nint Data, nuint Size);
}
