using System.Globalization;
using System.Text;
using System.Text.Json;
using Sigsum.Crypto;
using Sigsum.Tests.Vectors;

namespace Sigsum.Tests.Crypto;

/// <summary>Edge cases of Ed25519. The expected verdicts, and why, are in Vectors/README.md.</summary>
public sealed class Ed25519VectorTests
{
    private static readonly HashSet<string> AllowedFlags = ["low_order_component_A", "low_order_component_R"];

    private static readonly HashSet<string> RejectedByGo = ["non_canonical_R", "low_order_residue"];

    // Go hashes k over the bytes as sent. Where A is of low order, k matters only modulo that order, and by luck the
    // re-encoded k may be right as well.
    private const string Reencoded = "reencoded_k";
    private const string LowOrderKey = "low_order_A";

    private static readonly HashSet<string> KnownFlags =
        [.. AllowedFlags, .. RejectedByGo, Reencoded, LowOrderKey, "low_order_R", "non_canonical_A"];

    private static readonly IReadOnlyList<Case> Cctv =
        [.. VectorFile.ReadJson("ed25519-cctv.json").EnumerateArray().Select(Case.FromCctv)];

    [Fact]
    public void Exactly_the_pinned_cctv_cases_are_accepted()
    {
        int[] pinned = [.. File.ReadLines(VectorFile.PathOf("ed25519-cctv-accepted.txt"))
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

        Assert.Equal(914, Cctv.Count);
        Assert.Equal(43, pinned.Length);
        Assert.Equal(pinned, Cctv.Where(Accepts).Select(@case => @case.Number));
    }

    [Fact]
    public void The_table_of_flags_says_which_cctv_cases_are_accepted() =>
        Assert.All(Cctv, @case => Assert.Equal(@case.Flags.IsSubsetOf(AllowedFlags), Accepts(@case)));

    [Fact]
    public void Every_cctv_flag_has_a_verdict() =>
        Assert.All(Cctv, @case => Assert.Subset(KnownFlags, @case.Flags));

    [Fact]
    public void No_cctv_case_is_accepted_that_go_rejects() =>
        Assert.All(
            Cctv.Where(@case => @case.Flags.Overlaps(RejectedByGo) || @case.Flags.Contains(Reencoded)),
            @case => Assert.False(Accepts(@case)));

    [Fact]
    public void The_model_of_go_accepts_what_the_table_says()
    {
        Assert.All(Cctv.Where(@case => @case.Flags.Overlaps(RejectedByGo)), @case => Assert.False(AcceptsInGo(@case)));
        Assert.All(
            Cctv.Where(@case => @case.Flags.Contains(Reencoded) && !@case.Flags.Contains(LowOrderKey)),
            @case => Assert.False(AcceptsInGo(@case)));
        Assert.All(
            Cctv.Where(@case => !@case.Flags.Overlaps(RejectedByGo) && !@case.Flags.Contains(Reencoded)),
            @case => Assert.True(AcceptsInGo(@case)));
    }

    [Fact]
    public void BouncyCastle_accepts_every_cctv_case_that_is_accepted_here() =>
        Assert.All(Cctv.Where(Accepts), @case => Assert.True(AcceptsInBouncyCastle(@case)));

    [Fact]
    public void Wycheproof_verdicts_hold_here_and_in_both_references()
    {
        JsonElement root = VectorFile.ReadJson("ed25519-wycheproof.json");
        Case[] cases = [.. root.GetProperty("testGroups").EnumerateArray().SelectMany(Case.FromWycheproofGroup)];

        Assert.Equal(root.GetProperty("numberOfTests").GetInt32(), cases.Length);
        Assert.All(cases, @case => Assert.Equal(
            (@case.Valid, @case.Valid, @case.Valid),
            (Accepts(@case), AcceptsInGo(@case), AcceptsInBouncyCastle(@case))));
    }

    private static bool Accepts(Case @case)
    {
        if (@case.Signature.Length != Signature.Size)
        {
            Assert.Throws<ArgumentException>(() => new Signature(@case.Signature));
            return false;
        }

        return Ed25519.Verify(new PublicKey(@case.Key), @case.Message, new Signature(@case.Signature));
    }

    private static bool AcceptsInGo(Case @case) =>
        ReferenceEd25519.Verify(@case.Key, @case.Message, @case.Signature);

    private static bool AcceptsInBouncyCastle(Case @case) =>
        @case.Signature.Length == Signature.Size
        && Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(
            @case.Signature, 0, @case.Key, 0, @case.Message, 0, @case.Message.Length);

    private sealed record Case(
        int Number, byte[] Key, byte[] Message, byte[] Signature, HashSet<string> Flags, bool Valid = false)
    {
        public static Case FromCctv(JsonElement json) => new(
            json.GetProperty("number").GetInt32(),
            Hex(json, "key"),
            Encoding.ASCII.GetBytes(json.GetProperty("msg").GetString()!),
            Hex(json, "sig"),
            json.GetProperty("flags").ValueKind == JsonValueKind.Null
                ? []
                : [.. json.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()!)]);

        public static IEnumerable<Case> FromWycheproofGroup(JsonElement group) =>
            group.GetProperty("tests").EnumerateArray().Select(json => new Case(
                json.GetProperty("tcId").GetInt32(),
                Hex(group.GetProperty("publicKey"), "pk"),
                Hex(json, "msg"),
                Hex(json, "sig"),
                [],
                json.GetProperty("result").GetString() == "valid"));

        private static byte[] Hex(JsonElement json, string name) =>
            Convert.FromHexString(json.GetProperty(name).GetString()!);
    }
}
