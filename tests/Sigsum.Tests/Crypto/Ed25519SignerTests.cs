using CsCheck;
using Sigsum.Crypto;
using BouncySigner = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Sigsum.Tests.Crypto;

public sealed class Ed25519SignerTests
{
    [Fact]
    public void The_first_example_of_rfc_8032_holds()
    {
        using Ed25519Signer signer = Ed25519Signer.FromSeed(Convert.FromHexString(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));

        Assert.Equal(
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", signer.PublicKey.ToString());
        Assert.Equal(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            + "d25bf5f0595bbe24655141438e7a100b",
            signer.Sign([]).ToString());
    }

    [Fact]
    public void Keys_and_signatures_are_those_of_BouncyCastle() =>
        Gen.Select(Gen.Byte.Array[Ed25519Signer.SeedSize], Gen.Byte.Array[0, 300]).Sample((seed, message) =>
        {
            byte[] key = new byte[PublicKey.Size];
            byte[] signature = new byte[Signature.Size];
            BouncySigner.GeneratePublicKey(seed, 0, key, 0);
            BouncySigner.Sign(seed, 0, message, 0, message.Length, signature, 0);

            using Ed25519Signer signer = Ed25519Signer.FromSeed(seed);
            Assert.Equal(new PublicKey(key), signer.PublicKey);
            Assert.Equal(new Signature(signature), signer.Sign(message));
            Assert.Equal(seed, signer.ExportSeed());
            Assert.True(Ed25519.Verify(signer.PublicKey, message, signer.Sign(message)));
        }, iter: 50);

    [Fact]
    public void One_changed_bit_anywhere_makes_a_signature_invalid()
    {
        using Ed25519Signer signer = Ed25519Signer.FromSeed(new byte[Ed25519Signer.SeedSize]);
        byte[] message = [.. "a message"u8];
        byte[] key = signer.PublicKey.AsSpan().ToArray();
        byte[] signature = signer.Sign(message).AsSpan().ToArray();
        foreach (byte[] part in (byte[][])[message, key, signature])
        {
            for (int bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(Ed25519.Verify(new PublicKey(key), message, new Signature(signature)));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(Ed25519.Verify(new PublicKey(key), message, new Signature(signature)));
    }

    [Fact]
    public void S_plus_the_group_order_is_refused()
    {
        using Ed25519Signer signer = Ed25519Signer.FromSeed(new byte[Ed25519Signer.SeedSize]);
        byte[] signature = signer.Sign([]).AsSpan().ToArray();
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true);
        (s + ReferenceEd25519.GroupOrder).TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true);

        Assert.False(Ed25519.Verify(signer.PublicKey, [], new Signature(signature)));
    }

    [Fact]
    public void Any_bytes_get_an_answer() =>
        Gen.Select(Gen.Byte.Array[PublicKey.Size], Gen.Byte.Array[Signature.Size])
            .Sample((key, signature) => !Ed25519.Verify(new PublicKey(key), [], new Signature(signature)), iter: 1000);

    [Fact]
    public async Task Waiting_for_a_signature_gives_the_same_one_and_can_be_cancelled()
    {
        using Ed25519Signer signer = Ed25519Signer.Generate();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        Assert.Equal(signer.Sign([1, 2]), await signer.SignAsync(new byte[] { 1, 2 }, CancellationToken.None));
        await Assert.ThrowsAsync<OperationCanceledException>(
            async () => await signer.SignAsync(ReadOnlyMemory<byte>.Empty, cancelled.Token));
    }

    [Fact]
    public void Generated_keys_differ()
    {
        using Ed25519Signer one = Ed25519Signer.Generate();
        using Ed25519Signer two = Ed25519Signer.Generate();
        Assert.NotEqual(one.PublicKey, two.PublicKey);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void A_seed_of_another_size_is_refused(int size) =>
        Assert.Throws<ArgumentException>(() => Ed25519Signer.FromSeed(new byte[size]));

    [Fact]
    public void A_disposed_signer_signs_nothing()
    {
        Ed25519Signer signer = Ed25519Signer.Generate();
        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.Sign([]));
        Assert.Throws<ObjectDisposedException>(signer.ExportSeed);
    }
}
