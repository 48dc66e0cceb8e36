namespace Sandbox.Tests.Capture;

/// <summary>Ethernet frames, byte by byte.</summary>
internal static class SampleFrames
{
    private const string Macs = "02000000000b 02000000000a ";

    public static byte[] Udp { get; } = Bytes(Macs + "0800 45000020 12344000 40110000 0a010101 0a010102 d431 0035 000c 0000 74657374");

    public static byte[] TcpSyn { get; } = Bytes(Macs + "0800 45000034 00014000 40060000 0a010101 0a010102 9c40 01bb 00000064 00000000 8002 faf0 0000 0000 020405b4 01010402 01030307");

    public static byte[] TcpReply { get; } = Bytes(Macs + "0800 45000028 00014000 40060000 0a010102 0a010101 01bb 9c40 000003e8 00000065 5012 faf0 0000 0000");

    public static byte[] Echo { get; } = Bytes(Macs + "0800 4500001c 00010000 40010000 0a010101 0a010102 0800 0000 0007 0001");

    public static byte[] Arp { get; } = Bytes("ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a 0a010101 000000000000 0a010102");

    public static byte[] TaggedUdp { get; } = Bytes(Macs + "8100 0064 0800 45000020 12344000 40110000 0a010101 0a010102 d431 0035 000c 0000 74657374");

    public static byte[] LaterFragment { get; } = Bytes(Macs + "0800 4500001c 12340005 40110000 0a010101 0a010102 0102030405060708");

    public static byte[] Udp6 { get; } = Bytes(Macs + "86dd 60000000 000c 11 40 fd000000000000000000000000000001 fd000000000000000000000000000002 d431 0035 000c 0000 74657374");

    /// <summary>TCP behind hop-by-hop options and destination options.</summary>
    public static byte[] Tcp6Extended { get; } = Bytes(
        Macs + "86dd 60000000 0024 00 40 fd000000000000000000000000000001 fd000000000000000000000000000002 3c00 010400000000 0600 010400000000 1f90 0050 00000001 00000002 5018 0100 0000 0000");

    public static byte[] Solicitation { get; } = Bytes(Macs + "86dd 60000000 0018 3a ff fd000000000000000000000000000001 ff0200000000000000000001ff000002 87 00 0000 00000000 fd000000000000000000000000000002");

    public static byte[][] All { get; } = [Udp, TcpSyn, TcpReply, Echo, Arp, TaggedUdp, LaterFragment, Udp6, Tcp6Extended, Solicitation];

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
