using Sigsum.Messages;

namespace Sigsum.Log.Signing;

/// <summary>
/// A tree head that is signed with the log key and on stable storage: what may be shown to anybody outside, to
/// witnesses first. Made only by <see cref="TreeHeadSigner"/>.
/// </summary>
internal sealed class StoredTreeHead
{
    private StoredTreeHead(SignedTreeHead signed) => Signed = signed;

    /// <summary>The signed tree head.</summary>
    public SignedTreeHead Signed { get; }

    /// <summary>Number of leaves.</summary>
    public ulong Size => Signed.TreeHead.Size;

    /// <summary>A head that was stored earlier, read back and proved to be a head of the local tree.</summary>
    public static StoredTreeHead Loaded(SignedTreeHead signed) => new(signed);

    /// <summary>Stores <paramref name="signed"/> durably, then vouches for it.</summary>
    public static StoredTreeHead Store(SignedTreeHead signed, SthFile file)
    {
        file.Store(signed);
        return new StoredTreeHead(signed);
    }
}
