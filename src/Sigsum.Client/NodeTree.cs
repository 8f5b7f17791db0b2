using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;
using Sigsum.Messages;

namespace Sigsum.Client;

/// <summary>
/// The value of the header <see cref="FeedClient.NodeTreeHeader"/>: size in decimal, one space, root hash in hex.
/// </summary>
public static class NodeTree
{
    /// <summary>Reads the value.</summary>
    /// <param name="value">Size in decimal, one space, root hash in hex.</param>
    /// <returns>The tree head that it stands for.</returns>
    /// <exception cref="SigsumFormatException">Anything else.</exception>
    public static TreeHead Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int space = value.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
            throw new SigsumFormatException($"{FeedClient.NodeTreeHeader} is not a size and a root hash");
        ulong size = Decimal63.Parse(Encoding.UTF8.GetBytes(value[..space]));
        return new TreeHead(size, Hash.ParseHex(value.AsSpan(space + 1)));
    }

    /// <summary>Writes the value.</summary>
    /// <param name="head">A tree head.</param>
    /// <returns>One line that <see cref="Parse"/> reads.</returns>
    public static string Format(TreeHead head) => $"{head.Size} {head.RootHash}";
}
