using System.Globalization;
using System.Text;
using CsCheck;
using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Policy;
using Sigsum.Tests.Vectors;
using Hash = Sigsum.Crypto.Hash;

namespace Sigsum.Tests.Policy;

public sealed class TrustPolicyTests
{
    private const string Witnesses = """
        witness A1 00000000000000000000000000000000000000000000000000000000000000a1
        witness A2 00000000000000000000000000000000000000000000000000000000000000a2
        witness A3 00000000000000000000000000000000000000000000000000000000000000a3
        witness B1 00000000000000000000000000000000000000000000000000000000000000b1
        witness B2 00000000000000000000000000000000000000000000000000000000000000b2

        """;

    private const string Key = "00000000000000000000000000000000000000000000000000000000000000c1";

    public static TheoryData<string> Published =>
        new(Directory.EnumerateFiles(VectorFile.PathOf("policies"), "*-policy").Select(f => Path.GetFileName(f)));

    [Theory]
    [MemberData(nameof(Published))]
    public void The_published_policies_are_read(string file)
    {
        byte[] text = File.ReadAllBytes(VectorFile.PathOf(Path.Combine("policies", file)));
        TrustPolicy policy = TrustPolicy.Parse(text);
        string[] lines = Encoding.UTF8.GetString(text).Split('\n');
        Assert.Equal(lines.Count(l => l.StartsWith("log ", StringComparison.Ordinal)), policy.Logs.Length);
        Assert.Equal(lines.Count(l => l.StartsWith("witness ", StringComparison.Ordinal)), policy.Witnesses.Length);
        Assert.All(policy.Logs, log => Assert.StartsWith("https://", log.Url!.AbsoluteUri));
        Assert.False(policy.QuorumIsNone);
        Assert.False(policy.IsQuorum(new HashSet<Hash>()));
        Assert.True(policy.IsQuorum(policy.Witnesses.Select(w => w.PublicKey.KeyHash()).ToHashSet()));
    }

    [Theory]
    [InlineData("quorum A1", "A1", true)]
    [InlineData("quorum A1", "A2 A3 B1 B2", false)]
    [InlineData("group G any A1 A2 A3\nquorum G", "A2", true)]
    [InlineData("group G any A1 A2 A3\nquorum G", "B1", false)]
    [InlineData("group G all A1 A2 A3\nquorum G", "A1 A2 A3", true)]
    [InlineData("group G all A1 A2 A3\nquorum G", "A1 A3", false)]
    [InlineData("group G 2 A1 A2 A3\nquorum G", "A1 A3", true)]
    [InlineData("group G 2 A1 A2 A3\nquorum G", "A3", false)]
    [InlineData("group A 2 A1 A2 A3\ngroup B any B1 B2\ngroup G all A B\nquorum G", "A1 A2 B2", true)]
    [InlineData("group A 2 A1 A2 A3\ngroup B any B1 B2\ngroup G all A B\nquorum G", "A1 A2 A3", false)]
    [InlineData("group A 2 A1 A2 A3\ngroup B any B1 B2\ngroup G all A B\nquorum G", "A1 B1 B2", false)]
    [InlineData("group A all A1 A2\ngroup G any A B1\nquorum G", "B1", true)]
    [InlineData("group A all A1 A2\ngroup G any A B1\nquorum G", "A1", false)]
    [InlineData("group A all A1 A2\nquorum A2", "A2", true)] // a member of a group can be the quorum
    [InlineData("quorum A1\ngroup Later all A1 A2", "A1", true)] // what is defined later does not matter
    [InlineData("quorum none", "", true)]
    [InlineData("quorum none", "A1", true)]
    public void The_quorum_decides(string lines, string cosigners, bool enough)
    {
        TrustPolicy policy = Parse(Witnesses + lines + "\n");
        HashSet<Hash> set = [.. cosigners.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => policy.Witnesses.Single(w => w.Name == name).PublicKey.KeyHash())];
        Assert.Equal(enough, policy.IsQuorum(set));
        set.Add(Hash.Sha256("a witness nobody knows"u8));
        Assert.Equal(enough, policy.IsQuorum(set));
        Assert.Equal(lines == "quorum none", policy.QuorumIsNone);
    }

    [Fact]
    public void A_quorum_of_k_of_n_is_reached_with_k() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[0, 20]).Sample((n, k, have) =>
        {
            (k, have) = (Math.Min(k, n), Math.Min(have, n));
            string names = string.Join(' ', Enumerable.Range(0, n).Select(i => $"w{i}"));
            TrustPolicy policy = Parse(string.Concat(Enumerable.Range(0, n).Select(i => $"witness w{i} {KeyOf(i)}\n"))
                + $"group G {k} {names}\nquorum G\n");
            var set = policy.Witnesses.Take(have).Select(w => w.PublicKey.KeyHash()).ToHashSet();
            Assert.Equal(have >= k, policy.IsQuorum(set));
        }, iter: 200);

    [Theory]
    [InlineData("", "the policy has no quorum line")]
    [InlineData("# quorum none\n", "the policy has no quorum line")]
    [InlineData("quorum none\nquorum none\n", "line 2: there is a quorum line already")]
    [InlineData("quorum\n", "line 1: expected: quorum <name>")]
    [InlineData("quorum A1 A2\n", "line 1: expected: quorum <name>")]
    [InlineData("quorum X\n", "line 1: \"X\" is not defined on an earlier line")]
    [InlineData("quorum A1\nwitness A1 " + Key + "\n", "line 1: \"A1\" is not defined on an earlier line")]
    [InlineData("quorum None\n", "line 1: \"None\" is not defined on an earlier line")]
    [InlineData("\nQuorum none\n", "line 2: expected log, witness, group or quorum at the start of the line")]
    [InlineData("# \f\nquorum none\n", "line 1: control character 0x0c")]
    [InlineData("\n# \u007f\nquorum none\n", "line 2: control character 0x7f")]
    [InlineData("quorum none\0\n", "line 1: control character 0x00")]
    [InlineData("quorum none\r\n", "line 1: carriage return; lines must end in a newline alone")]
    [InlineData("log\n", "line 1: expected: log <public key> [<url>]")]
    [InlineData("log " + Key + " https://a.example #c\n", "line 1: expected: log <public key> [<url>]")]
    [InlineData("log 00\n", "line 1: the public key must be exactly 64 hex digits, or a vkey")]
    [InlineData("log " + Key + "00\n", "line 1: the public key must be exactly 64 hex digits, or a vkey")]
    [InlineData("log " + Key + "\n\n log\t" + Key + "\n", "line 3: a log with the same public key is defined already")]
    [InlineData("log " + Key + " example.com\n", "line 1: the URL must be absolute and start with https:// or http://")]
    [InlineData("log " + Key + " /a\n", "line 1: the URL must be absolute and start with https:// or http://")]
    [InlineData("log " + Key + " ftp://a\n", "line 1: the URL must be absolute and start with https:// or http://")]
    [InlineData("witness W\n", "line 1: expected: witness <name> <public key> [<url>]")]
    [InlineData("witness " + Key + " W\n", "line 1: the public key must be exactly 64 hex digits, or a vkey")]
    [InlineData("witness W " + Key + " https://a b\n", "line 1: expected: witness <name> <public key> [<url>]")]
    [InlineData("witness none " + Key + "\n", "line 1: \"none\" is defined already")]
    [InlineData(Witnesses + "witness A1 " + Key + "\n", "line 6: \"A1\" is defined already")]
    [InlineData("witness W " + Key + "\nwitness V " + Key + "\n",
        "line 2: a witness with the same public key is defined already")]
    [InlineData("group G all\n", "line 1: expected: group <name> all|any|<k> <member>...")]
    [InlineData(Witnesses + "group A1 all A2\n", "line 6: \"A1\" is defined already")]
    [InlineData(Witnesses + "group none all A2\n", "line 6: \"none\" is defined already")]
    [InlineData(Witnesses + "group G 0 A1\n", "line 6: the threshold must be from 1 to the number of members, 1")]
    [InlineData(Witnesses + "group G 3 A1 A2\n", "line 6: the threshold must be from 1 to the number of members, 2")]
    [InlineData(Witnesses + "group G 01 A1\n", "line 6: the threshold must be all, any or a decimal number")]
    [InlineData(Witnesses + "group G +1 A1\n", "line 6: the threshold must be all, any or a decimal number")]
    [InlineData(Witnesses + "group G 18446744073709551617 A1\n",
        "line 6: the threshold must be all, any or a decimal number")]
    [InlineData(Witnesses + "group G Any A1\n", "line 6: the threshold must be all, any or a decimal number")]
    [InlineData(Witnesses + "group G all A1 a2\n", "line 6: \"a2\" is not defined on an earlier line")]
    [InlineData(Witnesses + "group G all A1 G\n", "line 6: \"G\" is not defined on an earlier line")]
    [InlineData(Witnesses + "group G all A1 none\n", "line 6: \"none\" cannot be a member of a group")]
    [InlineData(Witnesses + "group G all A1 A2 A1\n", "line 6: \"A1\" is a member of a group already")]
    [InlineData(Witnesses + "group G all A1 A2\ngroup H all A3 A2\n", "line 7: \"A2\" is a member of a group already")]
    [InlineData("log a+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        "line 1: the key id of the vkey does not fit its name and key")]
    [InlineData("witness W example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        "line 1: the vkey must be of type 4, not 1")]
    public void Errors_name_the_line_and_what_is_wrong(string text, string message) =>
        Assert.Equal(message, Assert.Throws<SigsumFormatException>(() => Parse(text)).Message);

    [Fact]
    public void Errors_do_not_repeat_what_could_do_harm()
    {
        string message = Assert.Throws<SigsumFormatException>(
            () => Parse("quorum \u00e9\u202e" + new string('x', 100_000) + "\n")).Message;
        Assert.InRange(message.Length, 10, 160);
        Assert.All(message, c => Assert.InRange(c, ' ', '~'));
    }

    [Fact]
    public void Layout_is_free_and_the_last_newline_may_be_missing()
    {
        TrustPolicy policy = Parse("\n \t\n#comment\n\t # comment \u00e9\n \tlog\t \t" + Key.ToUpperInvariant()
            + "  http://a.example/x/ \t\n  quorum \t none");
        Assert.Equal(PublicKey.ParseHex(Key), Assert.Single(policy.Logs).PublicKey);
        Assert.Equal("http://a.example/x/", policy.Logs[0].Url!.AbsoluteUri);
        Assert.Null(policy.Logs[0].Name);
    }

    [Fact]
    public void Names_are_compared_octet_by_octet()
    {
        // K, and the Kelvin sign, which Unicode would fold into it; and octets that are not UTF-8 at all.
        byte[] text = [.. Encoding.UTF8.GetBytes($"witness K {KeyOf(1)}\nwitness \u212a {KeyOf(2)}\nwitness "),
            0xFF, .. Encoding.UTF8.GetBytes($" {KeyOf(3)}\ngroup G all K "), 0xFF, .. "\nquorum G\n"u8];
        TrustPolicy policy = TrustPolicy.Parse(text);
        Assert.Equal(["K", "\u212a", "\u00ff"], policy.Witnesses.Select(w => w.Name));
        Assert.True(policy.IsQuorum(new HashSet<Hash>
        {
            policy.Witnesses[0].PublicKey.KeyHash(), policy.Witnesses[2].PublicKey.KeyHash(),
        }));
    }

    [Fact]
    public void Keys_may_be_vkeys()
    {
        TrustPolicy policy = Parse($"log {PeerFile.Text("log.vkey").TrimEnd()} https://log.example\n"
            + $"witness W {PeerFile.Text("witness.vkey").TrimEnd()} https://w.example\nquorum W\n");
        Assert.Equal(PeerFile.Key("log"), policy.Logs[0].PublicKey);
        Assert.Equal(SigsumOrigin.ForLog(PeerFile.Key("log")), policy.Logs[0].Name);
        Assert.Equal(PeerFile.Key("witness"), policy.Witnesses[0].PublicKey);
        Assert.Equal("W", policy.Witnesses[0].Name);
        Assert.Same(policy.Logs[0], policy.FindLog(PeerFile.Key("log").KeyHash()));
        Assert.Same(policy.Witnesses[0], policy.FindWitness(PeerFile.Key("witness").KeyHash()));
        Assert.Null(policy.FindLog(default));
        string twice = $"log {PeerFile.Text("log.vkey").TrimEnd()}\nlog {PeerFile.Key("log")}\n";
        Assert.Throws<SigsumFormatException>(() => Parse(twice + "quorum none\n"));
    }

    [Fact]
    public void Large_and_deeply_nested_policies_are_read()
    {
        const int Count = 5000;
        var text = new StringBuilder();
        for (int i = 0; i < Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"log {KeyOf(i)}\nwitness w{i} {KeyOf(i)}\n");
            text.Append(i == 0 ? "group g0 all w0\n" : $"group g{i} all g{i - 1} w{i}\n");
        }

        TrustPolicy policy = Parse(text + $"quorum g{Count - 1}\n");
        var all = policy.Witnesses.Select(w => w.PublicKey.KeyHash()).ToHashSet();
        Assert.True(policy.IsQuorum(all));
        all.Remove(policy.Witnesses[0].PublicKey.KeyHash());
        Assert.False(policy.IsQuorum(all));
    }

    [Fact]
    public void Random_changes_never_make_another_exception()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Witnesses + "log " + Key + " https://a\ngroup G 2 A1 A2 A3\nquorum G\n");
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Array[1, 5].Sample(changes =>
        {
            byte[] bytes = [.. valid];
            foreach ((int at, byte b) in changes)
                bytes[at] = b;
            try
            {
                TrustPolicy.Parse(bytes);
            }
            catch (SigsumFormatException e)
            {
                Assert.All(e.Message, c => Assert.InRange(c, ' ', '~'));
            }
        }, iter: 3000);
    }

    private static string KeyOf(int i) => i.ToString("x64", CultureInfo.InvariantCulture);

    private static TrustPolicy Parse(string text) => TrustPolicy.Parse(Encoding.UTF8.GetBytes(text));
}
