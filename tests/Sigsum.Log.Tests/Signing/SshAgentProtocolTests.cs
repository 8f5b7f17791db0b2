using Sigsum.Crypto;
using Sigsum.Log.Signing;

namespace Sigsum.Log.Tests.Signing;

/// <summary>Frames of the ssh agent protocol (draft-ietf-sshm-ssh-agent), byte by byte.</summary>
public sealed class SshAgentProtocolTests
{
    [Fact]
    public void A_request_ends_with_flags_that_are_zero()
    {
        var key = new PublicKey(Enumerable.Range(0, PublicKey.Size).Select(i => (byte)i).ToArray());
        byte[] frame = SshAgentProtocol.WriteSignRequest(key, "m"u8);
        Assert.Equal(
            "00000041" + "0D" + "00000033" + "0000000B" + Convert.ToHexString("ssh-ed25519"u8) + "00000020"
            + Convert.ToHexString(key.AsSpan()) + "00000001" + "6D" + "00000000",
            Convert.ToHexString(frame));
    }

    [Fact]
    public void A_message_has_a_longest_length()
    {
        var key = new PublicKey(new byte[PublicKey.Size]);
        Assert.NotEmpty(SshAgentProtocol.WriteSignRequest(key, new byte[SshAgentProtocol.MaxMessage]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => SshAgentProtocol.WriteSignRequest(key, new byte[SshAgentProtocol.MaxMessage + 1]));
    }

    [Fact]
    public void A_frame_has_a_least_and_a_longest_length()
    {
        Assert.Equal(1, SshAgentProtocol.ReadLength([0, 0, 0, 1]));
        Assert.Equal(SshAgentProtocol.MaxAnswer, SshAgentProtocol.ReadLength(Length(SshAgentProtocol.MaxAnswer)));
        Assert.Throws<SshAgentException>(() => SshAgentProtocol.ReadLength([0, 0, 0, 0]));
        Assert.Throws<SshAgentException>(() => SshAgentProtocol.ReadLength(Length(SshAgentProtocol.MaxAnswer + 1)));
    }

    private static byte[] Length(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
