using System.Buffers.Binary;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

public class SocketAddressDecodingTests
{
    private const ulong At = 0x7000_0000_0000;

    [Theory]
    [InlineData("inet 192.0.2.1:443", "0200 01bb c0000201 0000000000000000")]
    [InlineData("inet6 [2001:db8::1]:80", "0a00 0050 00000000 20010db8000000000000000000000001 00000000")]
    [InlineData("inet6 [fe80::1%2]:80", "0a00 0050 00000000 fe800000000000000000000000000001 02000000")]
    [InlineData("inet6 [::1]:80", "0a00 0050 00000000 00000000000000000000000000000001")]
    [InlineData("netlink pid 7 groups 0x3", "1000 0000 07000000 03000000")]
    [InlineData("vsock host:1024", "2800 0000 00040000 02000000 00000000")]
    [InlineData("vsock any:any", "2800 0000 ffffffff ffffffff 00000000")]
    [InlineData("packet ETH_P_IP interface 3", "1100 0800 03000000 0000 00 00 0000000000000000")]
    [InlineData("unspec", "0000 0000000000000000000000000000")]
    [InlineData("unix (unnamed)", "0100")]
    [InlineData("unix @x\\x00y", "0100 00 780079")]
    [InlineData("unix @\\x1b[2J", "0100 00 1b5b324a")]
    [InlineData("AF_BLUETOOTH (length 8)", "1f00 000000000000")]
    [InlineData("AF_INET (length 4)", "0200 01bb")]
    [InlineData("0x3039 (length 4)", "3930 0000")]
    [InlineData("(length 1)", "02")]
    [InlineData("alg skcipher cbc(aes)", "2600 736b6369706865720000000000 00 00000000 00000000 63626328616573290000")]
    public void Each_family_has_its_form(string text, string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", ""));
        var target = new FakeTarget().With(At, bytes).WithDescriptor(3, "socket:[99]");
        Assert.Equal($"sockfd=3<socket:[99]>, addr={text}", Decoded.Text("connect", target, 3, At, (ulong)bytes.Length));
        Assert.Equal(bytes.Length, target.BytesAsked);
    }

    [Theory]
    [InlineData("/run/x.sock", "/run/x.sock")]
    [InlineData("x.sock", "/home/user/x.sock")]
    public void A_unix_socket_has_its_path(string path, string full)
    {
        byte[] bytes = [1, 0, .. System.Text.Encoding.UTF8.GetBytes(path)];
        var argument = Decoded.Call("bind", new FakeTarget().With(At, bytes), 3, At, (ulong)bytes.Length)[1];
        Assert.Equal(("unix " + path, full), (argument.Text, argument.FullPath));
        // sun_path has 108 bytes, with a zero or without.
        byte[] whole = [.. bytes, .. new byte[110 - bytes.Length]];
        Assert.Equal(full, Decoded.Call("bind", new FakeTarget().With(At, whole), 3, At, 110)[1].FullPath);
    }

    [Fact]
    public void A_length_without_sense_reads_nothing()
    {
        var target = new FakeTarget().With(At, new byte[200]);
        Assert.Equal("sockfd=3, addr=0x700000000000 (length 129)", Decoded.Text("connect", target, 3, At, 129));
        Assert.Equal("sockfd=3, addr=0x700000000000 (length -1)", Decoded.Text("connect", target, 3, At, uint.MaxValue));
        Assert.Equal(0, target.BytesAsked);
        Assert.Equal("sockfd=3, addr=0x10 (unreadable)", Decoded.Text("connect", new FakeTarget(), 3, 0x10, 16));
        Assert.Equal("sockfd=3, addr=NULL", Decoded.Text("connect", new FakeTarget(), 3, 0, 16));
    }

    [Fact]
    public void A_datagram_has_its_address_or_none()
    {
        var bytes = Convert.FromHexString("02000035c0000201");
        Assert.Equal("sockfd=3, len=9, flags=MSG_DONTWAIT|MSG_NOSIGNAL, dest_addr=inet 192.0.2.1:53", Decoded.Text("sendto", new FakeTarget().With(At, bytes), 3, 1, 9, 0x4040, At, 8));
        Assert.Equal("sockfd=3, len=9, flags=0, dest_addr=NULL", Decoded.Text("sendto", new FakeTarget(), 3, 1, 9, 0, 0, 0));
    }

    [Fact]
    public void A_message_header_has_the_widths_of_its_program()
    {
        var address = Convert.FromHexString("02000035c0000201");
        var wide = new byte[56];
        BinaryPrimitives.WriteUInt64LittleEndian(wide, 0x6000);
        BinaryPrimitives.WriteUInt32LittleEndian(wide.AsSpan(8), 8);
        wide[24] = 2;
        wide[40] = 24;
        const string text = "{msg_name=inet 192.0.2.1:53, msg_iovlen=2, msg_controllen=24}";
        Assert.Equal($"sockfd=3, msg={text}, flags=0", Decoded.Text("sendmsg", new FakeTarget().With(At, wide).With(0x6000, address), 3, At, 0));
        var narrow = new byte[28];
        BinaryPrimitives.WriteUInt32LittleEndian(narrow, 0x6000);
        narrow[4] = 8;
        narrow[12] = 2;
        narrow[20] = 24;
        foreach (var architecture in new[] { SeccompArchitecture.X86, SeccompArchitecture.Arm, SeccompArchitecture.X32 })
        {
            Assert.Equal($"sockfd=3, msg={text}, flags=0", Decoded.Text(architecture, "sendmsg", new FakeTarget().With(0x8000, narrow).With(0x6000, address), 3, 0x8000, 0));
        }
    }

    [Fact]
    public void Many_messages_are_shown_to_the_fourth()
    {
        var all = new byte[64 * 10];
        var text = Decoded.Call("sendmmsg", new FakeTarget().With(At, all), 3, At, uint.MaxValue, 0)[1].Text;
        Assert.Equal("[" + string.Concat(Enumerable.Repeat("{msg_name=NULL, msg_iovlen=0, msg_controllen=0}, ", 4)) + "…]", text);
        Assert.Equal("[{msg_name=NULL, msg_iovlen=0, msg_controllen=0}]", Decoded.Call("sendmmsg", new FakeTarget().With(At, all), 3, At, 1, 0)[1].Text);
    }

    [Fact]
    public void A_big_endian_machine_has_its_order()
    {
        var bytes = Convert.FromHexString("000201bbc0000201");
        Assert.Equal("sockfd=3, addr=inet 192.0.2.1:443", Decoded.Text(SeccompArchitecture.S390X, "connect", new FakeTarget().With(At, bytes), 3, At, 8));
        Assert.Equal("domain=AF_PACKET, type=SOCK_RAW, protocol=ETH_P_ALL", Decoded.Text(SeccompArchitecture.S390X, "socket", new FakeTarget(), 17, 3, 3));
    }
}
