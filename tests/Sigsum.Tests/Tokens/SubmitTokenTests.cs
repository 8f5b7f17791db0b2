using Sigsum.Crypto;
using Sigsum.Keys;
using Sigsum.Messages;
using Sigsum.Tests.Vectors;
using Sigsum.Tokens;

namespace Sigsum.Tests.Tokens;

public sealed class SubmitTokenTests
{
    private static readonly string Hex = new('a', 128);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_token_is_the_one_that_sigsum_token_makes()
    {
        var token = Signature.ParseHex(PeerFile.Text("token").TrimEnd());
        Assert.True(SubmitToken.Verify(PeerFile.Key("ratelimit"), PeerFile.Key("log"), token));
        Assert.False(SubmitToken.Verify(PeerFile.Key("ratelimit"), PeerFile.Key("witness"), token));
        Assert.False(SubmitToken.Verify(PeerFile.Key("log"), PeerFile.Key("ratelimit"), token));
        using Ed25519Signer signer = OpenSshKey.ParsePrivate(PeerFile.Text("ratelimit.key"));
        Assert.Equal(token, await SubmitToken.CreateAsync(signer, PeerFile.Key("log"), Cancel));
    }

    [Fact]
    public async Task A_leaf_signature_is_no_token()
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        PublicKey log = PeerFile.Key("log");
        Leaf leaf = await Leaf.SignAsync(new Hash(log.AsSpan()), signer, Cancel);
        Assert.False(SubmitToken.Verify(signer.PublicKey, log, leaf.Signature));
        Assert.False(SubmitToken.Verify(signer.PublicKey, log, signer.Sign(log.AsSpan())));
    }

    [Fact]
    public void The_header_of_sigsum_token_is_read_and_written()
    {
        string line = PeerFile.Text("token-header").TrimEnd();
        SubmitTokenHeader header = SubmitTokenHeader.Parse(line.AsSpan("sigsum-token: ".Length));
        Assert.Equal(new("foo.example.com", Signature.ParseHex(PeerFile.Text("token").TrimEnd())), header);
        Assert.Equal(line, $"{SubmitTokenHeader.HeaderName}: {header}");
        Assert.Equal(header, SubmitTokenHeader.Parse($"{header.Domain} {header.Token.ToString().ToUpperInvariant()}"));
    }

    [Fact]
    public void Malformed_headers_are_refused()
    {
        SubmitTokenHeader.Parse("xn--e1afmkfd.example " + Hex);
        SubmitTokenHeader.Parse(new string('a', 253) + " " + Hex);
        foreach (string bad in (string[])[
            "", " ", Hex, " " + Hex, "a.example", "a.example ", "a.example  " + Hex, "a.example " + Hex + " ",
            "a.example\t" + Hex, "a.example " + Hex[1..], "a.example " + Hex + "a", "a.example g" + Hex[1..],
            "a.\0example " + Hex, "a.ex\nample " + Hex, "a\u00a0b " + Hex, "a b " + Hex,
            new string('a', 254) + " " + Hex])
        {
            string message = Assert.Throws<SigsumFormatException>(() => SubmitTokenHeader.Parse(bad)).Message;
            Assert.InRange(message.Length, 10, 160);
        }
    }
}
