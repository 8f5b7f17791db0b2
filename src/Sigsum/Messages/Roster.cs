using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Sigsum.Ascii;
using Sigsum.Crypto;

namespace Sigsum.Messages;

/// <summary>A secondary, as a <see cref="Roster"/> lists it.</summary>
/// <param name="NodeId">The node that has proved to hold the tree; null for one that has no id (log-go).</param>
/// <param name="PublicKey">The key that it acknowledges with.</param>
/// <param name="Url">Base URL of its internal endpoint.</param>
public sealed record RosterEntry(Guid? NodeId, PublicKey PublicKey, Uri Url);

/// <summary>
/// The statement, signed with the log key, which secondaries hold the log, and how many of them must hold a leaf before it
/// is committed. Each secondary keeps the latest one, so that a promotion knows whom it has to reach, and a node that was
/// taken out knows that it is out (docs/design/failover.md).
/// </summary>
/// <remarks>
/// Lines <c>log_key</c>, <c>epoch</c>, <c>number</c>, <c>primary</c>, <c>quorum</c>, one line
/// <c>secondary=node_id key url</c> for each, <c>signature</c>. What is signed begins with a line that no Sigsum message
/// begins with.
/// </remarks>
/// <param name="LogKey">The log's key, which has signed the roster.</param>
/// <param name="Epoch">The epoch of the primary that made it; 0 before the first promotion.</param>
/// <param name="Number">Grows with each roster of an epoch, from 1.</param>
/// <param name="Primary">The primary that made it.</param>
/// <param name="Quorum">How many secondaries must hold a leaf; 0 where there are none.</param>
/// <param name="Secondaries">The secondaries; none for a primary that runs alone.</param>
/// <param name="Signature">The log's signature.</param>
public sealed record Roster(
    PublicKey LogKey,
    ulong Epoch,
    ulong Number,
    Guid Primary,
    int Quorum,
    ImmutableArray<RosterEntry> Secondaries,
    Signature Signature)
{
    /// <summary>The most secondaries that a roster may list.</summary>
    public const int MaxSecondaries = 64;

    private static ReadOnlySpan<byte> Domain => "sigsum-log/roster/v1\n"u8;

    /// <summary>Reads a roster. Verifies no signature.</summary>
    /// <param name="input">The lines and nothing else.</param>
    /// <exception cref="SigsumFormatException">The input is malformed.</exception>
    public static Roster Parse(ReadOnlySpan<byte> input)
    {
        var reader = new AsciiReader(input);
        PublicKey logKey = reader.ReadPublicKey("log_key"u8);
        ulong epoch = reader.ReadUInt64("epoch"u8);
        ulong number = reader.ReadUInt64("number"u8);
        Guid primary = NodeText.ReadId(ref reader, "primary"u8);
        ulong quorum = reader.ReadUInt64("quorum"u8);
        var secondaries = ImmutableArray.CreateBuilder<RosterEntry>();
        while (reader.Rest.StartsWith("secondary="u8))
        {
            secondaries.Add(ReadEntry(ref reader));
            if (secondaries.Count > MaxSecondaries)
                throw new SigsumFormatException($"line {reader.LineNumber}: more than {MaxSecondaries} secondaries");
        }

        if (!IsQuorum(quorum, secondaries.Count))
            throw new SigsumFormatException($"a quorum of {quorum} among {secondaries.Count} secondaries");
        Signature signature = reader.ReadSignature("signature"u8);
        reader.ExpectEnd();
        return new Roster(logKey, epoch, number, primary, (int)quorum, secondaries.DrainToImmutable(), signature);
    }

    /// <summary>Makes and signs a roster.</summary>
    /// <param name="epoch">The primary's epoch.</param>
    /// <param name="number">One more than that of the roster before.</param>
    /// <param name="primary">The primary.</param>
    /// <param name="quorum">How many secondaries must hold a leaf: 1 or more, unless there are none, and no more than there are.</param>
    /// <param name="secondaries">At most <see cref="MaxSecondaries"/>.</param>
    /// <param name="signer">The log's key.</param>
    /// <param name="cancellationToken">Ends the wait for the signer.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too many secondaries, or a quorum that cannot be.</exception>
    public static async ValueTask<Roster> SignAsync(
        ulong epoch,
        ulong number,
        Guid primary,
        int quorum,
        ImmutableArray<RosterEntry> secondaries,
        ISigner signer,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secondaries.Length, MaxSecondaries, nameof(secondaries));
        if (quorum < 0 || !IsQuorum((ulong)quorum, secondaries.Length))
            throw new ArgumentOutOfRangeException(nameof(quorum), quorum, $"not a quorum among {secondaries.Length} secondaries");
        foreach (RosterEntry entry in secondaries)
            NodeText.CheckUrl(entry.Url);
        var unsigned = new Roster(signer.PublicKey, epoch, number, primary, quorum, secondaries, default);
        return unsigned with { Signature = await signer.SignAsync(unsigned.Statement(), cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>Whether the signature is that of the key that the roster names.</summary>
    public bool Verify() => Ed25519.Verify(LogKey, Statement(), Signature);

    /// <summary>Whether this roster was made after another one of the same log.</summary>
    /// <param name="other">The other one; every roster is later than none.</param>
    public bool IsLaterThan(Roster? other) =>
        other is null || Epoch > other.Epoch || (Epoch == other.Epoch && Number > other.Number);

    /// <summary>Whether both say the same of the same log, whatever their numbers.</summary>
    /// <param name="other">Another roster.</param>
    public bool SaysTheSameAs(Roster other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return LogKey == other.LogKey && Epoch == other.Epoch && Primary == other.Primary && Quorum == other.Quorum
            && Secondaries.SequenceEqual(other.Secondaries);
    }

    /// <summary>The lines as bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new ArrayBufferWriter<byte>(1024);
        Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the lines.</summary>
    /// <param name="writer">Where they go.</param>
    public void Write(IBufferWriter<byte> writer)
    {
        WriteUnsigned(writer);
        writer.WriteLine("signature"u8, Signature);
    }

    /// <summary>Whether all parts are the same, the secondaries in the same order.</summary>
    public bool Equals(Roster? other) =>
        other is not null && Number == other.Number && Signature == other.Signature && SaysTheSameAs(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Epoch, Number, Signature);

    private static bool IsQuorum(ulong quorum, int secondaries) =>
        quorum <= (ulong)secondaries && (quorum == 0) == (secondaries == 0);

    private static RosterEntry ReadEntry(ref AsciiReader reader)
    {
        ReadOnlySpan<byte> value = reader.ReadText("secondary"u8);
        int first = value.IndexOf((byte)' ');
        int last = value.LastIndexOf((byte)' ');
        if (first < 0 || last == first)
            throw Malformed(reader, "three fields with one space between them");
        ReadOnlySpan<byte> id = value[..first];
        Guid nodeId = default;
        if (!id.SequenceEqual("-"u8) && !NodeText.TryParseId(id, out nodeId))
            throw Malformed(reader, "a node id or '-' (first field)");
        PublicKey key;
        try
        {
            key = PublicKey.ParseHex(Encoding.ASCII.GetString(value[(first + 1)..last]));
        }
        catch (SigsumFormatException)
        {
            throw Malformed(reader, "a public key in hex (second field)");
        }

        Uri url = NodeText.TryParseUrl(value[(last + 1)..])
            ?? throw Malformed(reader, $"{NodeText.Expectation} (third field)");
        return new RosterEntry(id.SequenceEqual("-"u8) ? null : nodeId, key, url);
    }

    private static SigsumFormatException Malformed(in AsciiReader reader, string what) =>
        AsciiValues.Expected(reader.LineNumber, "secondary"u8, what);

    private byte[] Statement()
    {
        var writer = new ArrayBufferWriter<byte>(1024);
        writer.Write(Domain);
        WriteUnsigned(writer);
        return writer.WrittenSpan.ToArray();
    }

    private void WriteUnsigned(IBufferWriter<byte> writer)
    {
        writer.WriteLine("log_key"u8, LogKey);
        writer.WriteLine("epoch"u8, Epoch);
        writer.WriteLine("number"u8, Number);
        NodeText.WriteId(writer, "primary"u8, Primary);
        writer.WriteLine("quorum"u8, (ulong)Quorum);
        foreach (RosterEntry entry in Secondaries)
        {
            string id = entry.NodeId?.ToString("N") ?? "-";
            writer.WriteText("secondary"u8, Encoding.ASCII.GetBytes($"{id} {entry.PublicKey} {entry.Url.AbsoluteUri}"));
        }
    }
}
