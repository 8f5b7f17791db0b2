using System.Globalization;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>
/// What each request and each answer between nodes of sigsum-log says of its sender: which node it is, and the latest
/// promotion that it knows. One line for a header: <c>node_id epoch record_id</c>, with <c>0 -</c> at the end where there
/// was no promotion. Not signed: it only makes the other side tell or ask.
/// </summary>
/// <param name="NodeId">The sender.</param>
/// <param name="Epoch">Of the latest promotion record that it knows; 0 for none.</param>
/// <param name="RecordId"><see cref="PromotionRecord.Id"/> of that record; null for none.</param>
public readonly record struct NodeGreeting(Guid NodeId, ulong Epoch, Hash? RecordId)
{
    /// <summary>The greeting of a node that knows this record.</summary>
    /// <param name="nodeId">The sender.</param>
    /// <param name="latest">The latest record that it knows, or null.</param>
    public static NodeGreeting For(Guid nodeId, PromotionRecord? latest) => new(nodeId, latest?.Epoch ?? 0, latest?.Id());

    /// <summary>Reads the line.</summary>
    /// <param name="text">The header's value.</param>
    /// <exception cref="SigsumFormatException">It is anything else.</exception>
    public static NodeGreeting Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] fields = text.Split(' ');
        if (fields.Length != 3 || !NodeText.TryParseId(Encoding.UTF8.GetBytes(fields[0]), out Guid id))
            throw new SigsumFormatException("expected a node id, an epoch and the id of a promotion record");
        ulong epoch = Decimal63.Parse(Encoding.UTF8.GetBytes(fields[1]));
        Hash? record = fields[2] == "-" ? null : Hash.ParseHex(fields[2]);
        return (epoch == 0) == (record is null)
            ? new NodeGreeting(id, epoch, record)
            : throw new SigsumFormatException("epoch 0, and no other, has no promotion record");
    }

    /// <summary>The line that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{NodeId:N} {Epoch} {RecordId?.ToString() ?? "-"}");
}
