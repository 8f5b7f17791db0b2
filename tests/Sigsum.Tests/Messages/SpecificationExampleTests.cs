using System.Text;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Tokens;

namespace Sigsum.Tests.Messages;

/// <summary>The examples that log.md gives.</summary>
public sealed class SpecificationExampleTests
{
    [Fact]
    public void Get_tree_head()
    {
        CosignedTreeHead head = CosignedTreeHead.Parse(
            """
            size=1285
            root_hash=8100f29c0e9017a7512dab0911bf06a4b5b99cd77d8c710635307b5d217af1f6
            signature=e327fe13e5c3d2043cbf69fe1b778f77cb10a8e14fc09309dd375c9af25903f9ec35906cfb2c36ab2d210329eb538a6673487d2d101800370c978634b6f9f70d
            cosignature=1a450ecf1f49a4e4580c35e4d83316a74deda949dbb7d338e89d4315764d88de 1687170591 cacc54d315609b796f72ac1d71d1bbc15667853ed980bd3e0f957de7a875b84bd2dcde6489fc3ed66428190ce588ac1061b0d5748e73cfb887ebf38d0b53060a
            cosignature=73b6cbe5e3c8e679fb5967b78c59e95db2969a5c13b3423b5e69523e3d52f531 1687170591 7f568da17c57ea322a9c2668ae9fc2c1d6ab5556d9a997e7bfa1cbc4dc5cf7b94e0cead42d481bf0d3d90ad2ee0d272e9e687f8f82fddf76d37d722c6815fe0f

            """u8);
        Assert.Equal(1285UL, head.SignedTreeHead.TreeHead.Size);
        Assert.Equal(2, head.Cosignatures.Length);
        Assert.Equal(1687170591UL, head.Cosignatures[1].Timestamp);
    }

    [Fact]
    public void Get_inclusion_proof()
    {
        InclusionProof proof = InclusionProof.Parse(
            """
            leaf_index=2
            node_hash=35fd6eb70d46d60679775c346225688e6e84c02c3c7978e5c51daf8decc22d2f
            node_hash=11a2b46fb34efed4abbd144f8666bda8b83ee2ee6f7685062ed5cd68d616412a

            """u8);
        Assert.Equal(2UL, proof.LeafIndex);
        Assert.Equal("11a2b46fb34efed4abbd144f8666bda8b83ee2ee6f7685062ed5cd68d616412a", proof.Path[1].ToString());
    }

    [Fact]
    public void Get_consistency_proof() => Assert.Equal(
        2,
        ConsistencyProof.Parse(
            """
            node_hash=3f94ccfa9482768b2ab42805df9c7612773bcb35c286a91d5aec5fbf42f50fec
            node_hash=b4e2ff9fb485b20e63b3406ee5a17ddfe6287dd7614549debdca34fefb7334e7

            """u8).Path.Length);

    [Fact]
    public void Get_leaves() => Assert.Equal(
        "49fee94050634ea537ffac3300a5af2d25b9b3f76836df37c2029b5c9469b007",
        LeafList.Parse(
            """
            leaf=9c30df06dd583ec46902b9313401ce172ff119d75c438aec2f33e439f467ce83 40160c833571c121bfdc6a02006053a80d3e91a8b73abb4dd0e07cc3098d8e58a41921d8f5649e9fb81c9b7c6b458747c4c3b49cc08c869867100a7f7be78902 5aa7e6233f9f4d2efbeb9eeef766dce8ba2aa5e8cdd3f53da94b5d59e67d92fc
            leaf=a2eefef4abcafd5cb2d36fe4f30c624cab048466b73eda3100e72f8fab2d3442 aa5bd628d88be12d4f09feefe4bf65290b03bdeba8523fa38e396218140d79e0850132082914b08876cdc4a6041be8217402a57bfb8328310ad5407bc440060e 5aa7e6233f9f4d2efbeb9eeef766dce8ba2aa5e8cdd3f53da94b5d59e67d92fc
            leaf=3ad4741a750a30f08f351d8f681b8bd404c53be1ef7c61d867bd6d1786ef4317 e5ad99f22ff85c3fae259017cbbf5b0ebc7f2880aa4f234ea65d0319a88891baae4e60b7f776e867861c8744f50360b002cfaef43916745c3e18fadea1724e0a 49fee94050634ea537ffac3300a5af2d25b9b3f76836df37c2029b5c9469b007

            """u8,
            3)[2].KeyHash.ToString());

    [Fact]
    public void Add_leaf_whose_signature_is_valid() => Assert.True(AddLeafRequest.Parse(
        """
        message=50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c
        signature=510567c6349bb92984b480c43dd6e818d46578e9f4d6a69d8bac7b209463cc965129ff4776d1dc882e9963087de0d2bc57568a76b7bfe4569fac80512e70bb09
        public_key=a9e92dedad449c12e59ef2a1fb272efd3e8a9d69e8c632d29f50dff603687925

        """u8).VerifySignature());

    [Fact]
    public void Submit_token()
    {
        const string Value = "foo.example.com 0b849ed46b71b550d47ae320a8a37401129d71888edcc387b6a604b2fe1579e25479adb0edd1769f9b525d44b843ac0b3527ea12b8d9574676464b2ec6077401";
        SubmitTokenHeader header = SubmitTokenHeader.Parse(Value);
        Assert.Equal("foo.example.com", header.Domain);
        Assert.Equal(Value, header.ToString());
    }

    [Fact]
    public void Signed_tree_head() => Assert.Equal(
        """
        sigsum.org/v1/tree/d99ec0951097ff7b46d6e333ab0f7a68f443846bc81c44b97a7888b6aec31040
        15368405
        31JQUq8EyQx5lpqtKRqryJzA+77WD2xmTyuB4uIlXeE=

        """,
        Encoding.ASCII.GetString(Sigsum.Checkpoints.Checkpoint.Body(
            "sigsum.org/v1/tree/d99ec0951097ff7b46d6e333ab0f7a68f443846bc81c44b97a7888b6aec31040",
            new TreeHead(15368405, Hash.ParseBase64("31JQUq8EyQx5lpqtKRqryJzA+77WD2xmTyuB4uIlXeE="u8)))));

    [Fact]
    public void Cosigned_tree_head() => Assert.Equal(
        """
        cosignature/v1
        time 1679315147
        sigsum.org/v1/tree/3620c0d515f87e60959d29a4682fd1f0db984704981fda39b3e9ba0a44f57e2f
        15368405
        31JQUq8EyQx5lpqtKRqryJzA+77WD2xmTyuB4uIlXeE=

        """,
        Encoding.ASCII.GetString(Sigsum.Checkpoints.NoteText.Cosigned(
            "sigsum.org/v1/tree/3620c0d515f87e60959d29a4682fd1f0db984704981fda39b3e9ba0a44f57e2f",
            new TreeHead(15368405, Hash.ParseBase64("31JQUq8EyQx5lpqtKRqryJzA+77WD2xmTyuB4uIlXeE="u8)),
            1679315147)));
}
