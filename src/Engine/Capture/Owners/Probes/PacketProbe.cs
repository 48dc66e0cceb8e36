using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>
/// Runs for each packet that a socket sends or receives, with the socket that the kernel itself has found (BPF_PROG_TYPE_CGROUP_SKB), and
/// tells whose the packet's flow is where that is new. It lets every packet pass.
/// </summary>
internal sealed class PacketProbe
{
    // struct __sk_buff
    private const int PacketType = 4, LinkProtocol = 16, TimeStamp = 152, Socket = 168;
    private const int Ip4 = 0x0008, Ip6 = 0xDD86; // ETH_P_IP and ETH_P_IPV6 in the order of the network
    private const int Established = 1, CloseWait = 8, Listen = 10; // TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_LISTEN
    private const int Stream = 1, Datagram = 2, Raw = 3; // SOCK_STREAM, SOCK_DGRAM, SOCK_RAW
    private readonly BpfAssembler _code = new();
    private readonly SocketLayout _kernel = SocketLayout.Current;
    private readonly bool _sends;

    private PacketProbe(bool sends) => _sends = sends;

    public static BpfAssembler Assemble(bool sends, ulong networkNamespace) => new PacketProbe(sends).Build(networkNamespace);

    private BpfAssembler Build(ulong networkNamespace)
    {
        _code.Begin();
        // The socket's address as a number: a pointer of this kind can't be added to.
        _code.Load(BpfSize.Double, R1, R6, Socket).JumpIf(R1, BpfCondition.Equal, 0, "end").Store(BpfSize.Double, Frame, OwnerLayout.Pointer, R1)
            .ReadField(R8, Frame, OwnerLayout.Pointer)
            .WithinNamespace(_kernel, networkNamespace);
        if (!_sends)
        {
            // What comes to many is no one's: PACKET_BROADCAST, PACKET_MULTICAST.
            _code.Load(BpfSize.Word, R1, R6, PacketType).JumpIf(R1, BpfCondition.Equal, 1, "end").JumpIf(R1, BpfCondition.Equal, 2, "end")
                .ReadField(R1, R8, _kernel.Type, BpfSize.Half).JumpIf(R1, BpfCondition.Equal, Raw, "end") // each raw socket gets each packet
                .Load(BpfSize.Double, R1, R6, TimeStamp).Store(BpfSize.Double, Frame, OwnerLayout.Stamp, R1);
        }

        _code.TakeCookie(R6)
            .ReadField(R1, R8, _kernel.Socket).JumpIf(R1, BpfCondition.Equal, 0, "no descriptor")
            .ReadField(R1, R1, _kernel.SocketFile).JumpIf(R1, BpfCondition.Equal, 0, "end"); // one of the kernel's own
        if (_sends) Sending();
        _code.Jump("flow")
            // A closed one, of which all is told, or one that nobody has accepted yet.
            .Label("no descriptor").ReadField(R1, R8, _kernel.State, BpfSize.Byte).JumpIf(R1, BpfCondition.Equal, Established, "flow").JumpIf(R1, BpfCondition.NotEqual, CloseWait, "end")
            .Label("flow");
        Key();
        _code.ReadField(R1, R8, _kernel.State, BpfSize.Byte).JumpIf(R1, BpfCondition.NotEqual, Listen, "connected").Store(BpfSize.Word, Frame, OwnerLayout.Listens, 1)
            .Label("connected")
            .TellFlow(_sends ? OwnerEventKind.FlowOut : OwnerEventKind.FlowIn);
        return _code.Label("end").Move(R0, 1).Exit();
    }

    // Whether the current thread is the one that sends. Datagrams leave here within the call that sends them. TCP sends also when packets come
    // and when time is over, on whatever thread that happens to interrupt; but while a thread holds the socket, it alone sends.
    private void Sending()
    {
        _code.ReadField(R9, R8, _kernel.Protocol, BpfSize.Half)
            .ReadField(R1, R8, _kernel.Type, BpfSize.Half)
            .JumpIf(R1, BpfCondition.Equal, Raw, "sender").JumpIf(R1, BpfCondition.Equal, Datagram, "datagram").JumpIf(R1, BpfCondition.NotEqual, Stream, "flow")
            .JumpIf(R9, BpfCondition.NotEqual, PacketTuple.Tcp, "flow")
            .ReadField(R1, R8, _kernel.Locked, BpfSize.Word).JumpIf(R1, BpfCondition.Equal, 0, "flow")
            .ReadField(R1, R8, _kernel.State, BpfSize.Byte).JumpIf(R1, BpfCondition.Equal, Listen, "flow") // it answers for connections to come
            .Jump("sender")
            // Through a tunnel's socket the kernel sends what others gave it.
            .Label("datagram").JumpIf(R9, BpfCondition.NotEqual, PacketTuple.Udp, "sender")
            .ReadField(R1, R8, _kernel.Encapsulation, BpfSize.Byte).JumpIf(R1, BpfCondition.NotEqual, 0, "flow")
            .Label("sender").Act(_kernel, OwnerEventKind.Use);
    }

    private void Key()
    {
        _code.Load(BpfSize.Word, R1, R6, LinkProtocol).JumpIf(R1, BpfCondition.Equal, Ip6, "six").JumpIf(R1, BpfCondition.NotEqual, Ip4, "end");
        LoadBytes(0, 20);
        _code.Load(BpfSize.Half, R1, Frame, OwnerLayout.Header + 6).Compute(BpfOperation.And, R1, 0xFF1F).JumpIf(R1, BpfCondition.NotEqual, 0, "end") // a later fragment
            .Load(BpfSize.Byte, R9, Frame, OwnerLayout.Header).Compute(BpfOperation.And, R9, 15).Compute(BpfOperation.ShiftLeft, R9, 2);
        Copy(BpfSize.Word, OwnerLayout.Header + 12, (_sends ? OwnerLayout.Local : OwnerLayout.Remote) + 12);
        Copy(BpfSize.Word, OwnerLayout.Header + 16, (_sends ? OwnerLayout.Remote : OwnerLayout.Local) + 12);
        Copy(BpfSize.Byte, OwnerLayout.Header + 9, OwnerLayout.Protocol);
        _code.Jump("transport").Label("six");
        LoadBytes(0, 40);
        for (var half = 0; half < 16; half += 8)
        {
            Copy(BpfSize.Double, OwnerLayout.Header + 8 + half, (_sends ? OwnerLayout.Local : OwnerLayout.Remote) + half);
            Copy(BpfSize.Double, OwnerLayout.Header + 24 + half, (_sends ? OwnerLayout.Remote : OwnerLayout.Local) + half);
        }

        Copy(BpfSize.Byte, OwnerLayout.Header + 6, OwnerLayout.Protocol);
        _code.Store(BpfSize.Byte, Frame, OwnerLayout.Six, 1).Move(R9, 40)
            .Label("transport");
        LoadBytes(R9, 8);
        Copy(BpfSize.Word, OwnerLayout.Header + 4, OwnerLayout.Identity);
        _code.Load(BpfSize.Byte, R1, Frame, OwnerLayout.Protocol)
            .JumpIf(R1, BpfCondition.Equal, PacketTuple.Tcp, "ports").JumpIf(R1, BpfCondition.Equal, PacketTuple.Udp, "ports")
            // An echo's identifier stands for both ports.
            .Load(BpfSize.Byte, R2, Frame, OwnerLayout.Header)
            .JumpIf(R1, BpfCondition.Equal, PacketTuple.Icmp6, "icmp6").JumpIf(R1, BpfCondition.NotEqual, PacketTuple.Icmp, "end")
            .JumpIf(R2, BpfCondition.Equal, 0, "echo").JumpIf(R2, BpfCondition.Equal, 8, "echo").Jump("end")
            .Label("icmp6").JumpIf(R2, BpfCondition.Equal, 128, "echo").JumpIf(R2, BpfCondition.NotEqual, 129, "end")
            .Label("echo");
        Copy(BpfSize.Half, OwnerLayout.Header + 4, OwnerLayout.LocalPort);
        Copy(BpfSize.Half, OwnerLayout.Header + 4, OwnerLayout.RemotePort);
        _code.Jump("key").Label("ports");
        Copy(BpfSize.Half, OwnerLayout.Header, _sends ? OwnerLayout.LocalPort : OwnerLayout.RemotePort);
        Copy(BpfSize.Half, OwnerLayout.Header + 2, _sends ? OwnerLayout.RemotePort : OwnerLayout.LocalPort);
        _code.Label("key");
    }

    private void LoadBytes(int offset, int count)
    {
        _code.Move(R2, offset);
        LoadBytes(R2, count);
    }

    private void LoadBytes(BpfRegister offset, int count) => _code
        .Move(R2, offset).Move(R1, R6).Move(R3, Frame).Compute(BpfOperation.Add, R3, OwnerLayout.Header).Move(R4, count).Call(BpfHelper.SkbLoadBytes)
        .JumpIf(R0, BpfCondition.NotEqual, 0, "end");

    private void Copy(BpfSize size, int from, int to) => _code.Load(size, R1, Frame, from).Store(size, Frame, to, R1);
}
