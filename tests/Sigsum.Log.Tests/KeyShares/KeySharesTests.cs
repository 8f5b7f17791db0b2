using System.Collections.Immutable;
using Sigsum.Crypto;
using Sigsum.Log.KeyShares;

namespace Sigsum.Log.Tests.KeyShares;

/// <summary>Splitting a log key, what is printed, and bringing it back.</summary>
public sealed class KeySharesTests : IDisposable
{
    private readonly Ed25519Signer _key = Ed25519Signer.Generate();

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 5)]
    [InlineData(5, 5)]
    [InlineData(8, 16)]
    public void Shares_give_the_key_back(int threshold, int count)
    {
        var shares = Split(threshold, count);
        Assert.Equal(count, shares.Length);
        Assert.Equal(_key.PublicKey, Combined(shares));
        Assert.Equal(_key.PublicKey, Combined(shares[^threshold..]));
        Assert.Equal(_key.PublicKey, Combined([.. shares[..threshold].Reverse()]));
    }

    [Fact]
    public void What_is_printed_is_as_short_as_it_says_and_stays_readable()
    {
        var text = KeySplitter.Split(_key, 3, 5)[1];
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
        Assert.Contains("any 3 of them give the key", text, StringComparison.Ordinal);
        var share = KeyShareText.Parse(text, "x").Single();
        Assert.Equal((2, 3, 5), (share.Index, share.Threshold, share.Shares));
        Assert.Equal(_key.PublicKey.KeyHash(), share.KeyHash);

        // As someone may type it: upper case, other spacing, Windows line ends, no remarks.
        var typed = string.Join("\r\n", text.Split('\n').Where(line => !line.StartsWith('#')).Select(line =>
            line.Split('=') is [var name, var value] ? $" {name} = {value.ToUpperInvariant().Replace(" ", "  ", StringComparison.Ordinal)}" : ""));
        var again = KeyShareText.Parse(typed, "x").Single();
        Assert.True(again.BelongsWith(share));
        Assert.Equal(share.Index, again.Index);
        Assert.Equal(share.Data, again.Data);
        Assert.DoesNotContain(Convert.ToHexStringLower(share.Data.AsSpan())[..8], share.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_character_is_found_and_its_line_is_named()
    {
        // Always the same data: one mistake in 65536 gets past the checksum of its line, and is found at the end only.
        var text = KeyShareText.Format(new KeyShare(
            Hash.Sha256("key"u8), 0x0123456789abcdef, 3, 2, 1, [.. Enumerable.Range(40, 32).Select(i => (byte)i)]));
        var lines = text.Split('\n');
        for (var number = 0; number < lines.Length; number++)
        {
            if (lines[number].StartsWith('#') || lines[number].Length == 0)
                continue;
            for (var at = 0; at < lines[number].Length; at++)
            {
                var right = lines[number][at];
                if (right is ' ')
                    continue;
                foreach (var wrong in "0123456789abcdef=xO".Where(c => c != right))
                {
                    var line = lines[number][..at] + wrong + lines[number][(at + 1)..];
                    var typed = string.Join('\n', [.. lines[..number], line, .. lines[(number + 1)..]]);
                    var error = Assert.Throws<KeyShareException>(() => KeyShareText.Parse(typed, "paper")).Message;
                    Assert.StartsWith("paper", error, StringComparison.Ordinal);
                    if (line.StartsWith("data-", StringComparison.Ordinal))
                        Assert.StartsWith($"paper, line {number + 1}: ", error, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Lines_that_are_swapped_doubled_or_missing_are_found()
    {
        var lines = KeySplitter.Split(_key, 2, 3)[0].Split('\n').Where(line => !line.StartsWith('#')).ToArray();
        for (var i = 0; i + 1 < lines.Length; i++)
        {
            string[] without = [.. lines[..i], .. lines[(i + 1)..]];
            string[] doubled = [.. lines[..i], lines[i], lines[i], .. lines[(i + 1)..]];
            Assert.Throws<KeyShareException>(() => KeyShareText.Parse(string.Join('\n', without), "paper"));
            Assert.Throws<KeyShareException>(() => KeyShareText.Parse(string.Join('\n', doubled), "paper"));
        }

        // The data of two lines changed over, with their names left in place.
        var (first, second) = (lines[6].Split('=')[1], lines[7].Split('=')[1]);
        (lines[6], lines[7]) = ($"data-1={second}", $"data-2={first}");
        Assert.Contains("data-1 was typed wrongly",
            Assert.Throws<KeyShareException>(() => KeyShareText.Parse(string.Join('\n', lines), "paper")).Message,
            StringComparison.Ordinal);
        Assert.Contains("no share in it",
            Assert.Throws<KeyShareException>(() => KeyShareText.Parse("# nothing\n", "paper")).Message, StringComparison.Ordinal);
        Assert.Contains("longer than", Assert.Throws<KeyShareException>(
            () => KeyShareText.Parse(new string('\n', KeyShareText.MaxLength + 1), "paper")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_file_may_hold_several_shares()
    {
        var texts = KeySplitter.Split(_key, 2, 3);
        Assert.Equal([1, 2, 3], KeyShareText.Parse(string.Join('\n', texts), "x").Select(share => share.Index));
    }

    [Fact]
    public void Too_few_shares_are_told_with_those_that_are_missing()
    {
        var shares = Split(3, 5);
        Assert.Equal("2 of 3 shares are here; bring 1 more of the shares 1, 3, 5", Failure([shares[1], shares[3]]));
    }

    [Fact]
    public void The_same_share_twice_is_one_share()
    {
        var shares = Split(2, 3);
        Assert.Equal("share 1 and share 1 are the same share 1; leave one out", Failure([shares[0], shares[0]]));
    }

    [Fact]
    public void A_share_of_another_split_or_key_is_named_wherever_it_is()
    {
        using var other = Ed25519Signer.Generate();
        var shares = Split(2, 3);
        var old = Split(2, 3)[2];
        var foreign = KeyShareText.Parse(KeySplitter.Split(other, 2, 3)[2], "x").Single();
        Assert.StartsWith("share 3 (share 3 of 3) was made at another time than ", Failure([old, shares[0], shares[1]]),
            StringComparison.Ordinal);
        Assert.StartsWith($"share 3 (share 3 of 3) belongs to another key ({other.PublicKey.KeyHash()})",
            Failure([shares[0], foreign, shares[1]]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_altered_share_is_named_where_there_are_enough_others()
    {
        var shares = Split(2, 4).ToArray();
        shares[1] = shares[1] with { Data = shares[1].Data.SetItem(7, (byte)(shares[1].Data[7] ^ 1)) };
        Assert.Equal(
            "altered, leave out: share 2 (share 2 of 4); the other shares give the key", Failure([.. shares]));
        Assert.Contains("Which one cannot be told from 2", Failure([.. shares[..2]]), StringComparison.Ordinal);
        Assert.Equal(_key.PublicKey, Combined([shares[0], shares[2], shares[3]]));
    }

    private static PublicKey Combined(ImmutableArray<KeyShare> shares)
    {
        using var key = KeyCombiner.Combine(Named(shares));
        return key.PublicKey;
    }

    private static string Failure(ImmutableArray<KeyShare> shares) =>
        Assert.Throws<KeyShareException>(() => KeyCombiner.Combine(Named(shares)).Dispose()).Message;

    private static NamedShare[] Named(ImmutableArray<KeyShare> shares) =>
        [.. shares.Select(share => new NamedShare(share, $"share {share.Index}"))];

    private ImmutableArray<KeyShare> Split(int threshold, int count) =>
        [.. KeySplitter.Split(_key, threshold, count).Select(text => KeyShareText.Parse(text, "x").Single())];
}
