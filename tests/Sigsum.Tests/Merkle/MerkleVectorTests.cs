using System.Text.Json;
using Sigsum.Crypto;
using Sigsum.Merkle;
using Sigsum.Messages;
using Sigsum.Tests.Vectors;

namespace Sigsum.Tests.Merkle;

/// <summary>
/// The vectors of transparency-dev/merkle. Some hold strings in place of hashes; these cannot become a
/// <see cref="Hash"/>, which is how the proof is refused.
/// </summary>
public sealed class MerkleVectorTests
{
    // The one proof that is right by its source although its roots, which are equal, are not hashes.
    private const string PlaceholderRoots = "consistency/additional/sizes-are-equal-one-and-proof-is-empty";

    public static TheoryData<string> InclusionCases => Names("merkle-inclusion.json");

    public static TheoryData<string> ConsistencyCases => Names("merkle-consistency.json");

    [Theory]
    [MemberData(nameof(InclusionCases))]
    public void Inclusion(string name)
    {
        JsonElement json = Find("merkle-inclusion.json", name);
        bool verified = TryHashes(json, ["leafHash", "root"], out Hash[] hashes, out Hash[] path)
            && ProofVerifier.VerifyInclusion(
                hashes[0],
                json.GetProperty("leafIdx").GetUInt64(),
                new TreeHead(json.GetProperty("treeSize").GetUInt64(), hashes[1]),
                path);

        Assert.Equal(!json.GetProperty("wantErr").GetBoolean(), verified);
    }

    [Theory]
    [MemberData(nameof(ConsistencyCases))]
    public void Consistency(string name)
    {
        JsonElement json = Find("merkle-consistency.json", name);
        bool verified = TryHashes(json, ["root1", "root2"], out Hash[] roots, out Hash[] path, name == PlaceholderRoots)
            && ProofVerifier.VerifyConsistency(
                new TreeHead(json.GetProperty("size1").GetUInt64(), roots[0]),
                new TreeHead(json.GetProperty("size2").GetUInt64(), roots[1]),
                path);

        Assert.Equal(!json.GetProperty("wantErr").GetBoolean(), verified);
    }

    [Fact]
    public void No_case_is_lost()
    {
        Assert.Equal(98, InclusionCases.Count);
        Assert.Equal(98, ConsistencyCases.Count);
    }

    private static TheoryData<string> Names(string file) =>
        [.. VectorFile.ReadJson(file).EnumerateArray().Select(json => json.GetProperty("name").GetString()!)];

    private static JsonElement Find(string file, string name) =>
        VectorFile.ReadJson(file).EnumerateArray().Single(json => json.GetProperty("name").GetString() == name);

    private static bool TryHashes(
        JsonElement json, string[] names, out Hash[] hashes, out Hash[] path, bool standIns = false)
    {
        JsonElement proof = json.GetProperty("proof");
        byte[][] named = [.. names.Select(name => json.GetProperty(name).GetBytesFromBase64())];
        byte[][] sent = proof.ValueKind == JsonValueKind.Null
            ? []
            : [.. proof.EnumerateArray().Select(hash => hash.GetBytesFromBase64())];
        try
        {
            hashes = [.. named.Select(bytes => standIns ? Hash.Sha256(bytes) : new Hash(bytes))];
            path = [.. sent.Select(bytes => new Hash(bytes))];
            return true;
        }
        catch (ArgumentException)
        {
            Assert.Contains(named.Concat(sent), bytes => bytes.Length != Hash.Size);
            (hashes, path) = ([], []);
            return false;
        }
    }
}
