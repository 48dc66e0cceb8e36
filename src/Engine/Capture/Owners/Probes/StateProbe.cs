using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>
/// Runs when a socket of TCP changes its state (inet_sock_set_state): a thread connects or listens; or a connection is there that is to be
/// accepted, which is told before any packet of its own comes, and has its cookie, by which who accepts it is told.
/// </summary>
internal sealed class StateProbe
{
    public const string Tracepoint = "inet_sock_set_state";
    private const int Established = 1, SynSent = 2, SynReceived = 3, Listen = 10; // TCP_…
    private readonly BpfAssembler _code = new();
    private readonly SocketLayout _kernel = SocketLayout.Current;

    private StateProbe()
    {
    }

    public static BpfAssembler Assemble(ulong networkNamespace) => new StateProbe().Build(networkNamespace);

    private BpfAssembler Build(ulong networkNamespace)
    {
        _code.Load(BpfSize.Double, R8, R1, 0)
            .Load(BpfSize.Double, R2, R1, 16).Move32(R2, R2).JumpIf(R2, BpfCondition.Equal, SynSent, "looked for").JumpIf(R2, BpfCondition.Equal, Listen, "looked for")
            .JumpIf(R2, BpfCondition.NotEqual, Established, "end")
            .Load(BpfSize.Double, R2, R1, 8).Move32(R2, R2).JumpIf(R2, BpfCondition.NotEqual, SynReceived, "end")
            .Label("looked for")
            .Begin().WithinNamespace(_kernel, networkNamespace).TakeCookie(R8)
            .Load(BpfSize.Double, R2, R6, 16).Move32(R2, R2).JumpIf(R2, BpfCondition.Equal, Established, "begins")
            .Act(_kernel, OwnerEventKind.Use).Jump("end")
            .Label("begins");
        Key();
        return _code.TellFlow(OwnerEventKind.FlowBegin).Label("end").Move(R0, 0).Exit();
    }

    // The flow in the socket's own fields. A socket of IPv6 may have a connection of IPv4, with addresses that are mapped (RFC 4291, 2.5.5.2).
    private void Key()
    {
        _code.Store(BpfSize.Byte, Frame, OwnerLayout.Protocol, PacketTuple.Tcp);
        CopyField(_kernel.RemotePort, OwnerLayout.RemotePort, 2);
        _code.ReadField(R1, R8, _kernel.LocalPort, BpfSize.Half).Move(R2, R1).Compute(BpfOperation.ShiftLeft, R1, 8).Compute(BpfOperation.ShiftRight, R2, 8).Compute(BpfOperation.Or, R1, R2)
            .Store(BpfSize.Half, Frame, OwnerLayout.LocalPort, R1)
            .ReadField(R1, R8, _kernel.Family, BpfSize.Half).JumpIf(R1, BpfCondition.Equal, 2 /* AF_INET */, "four");
        CopyField(_kernel.Local6, OwnerLayout.Local, 16);
        CopyField(_kernel.Remote6, OwnerLayout.Remote, 16);
        _code.Load(BpfSize.Double, R1, Frame, OwnerLayout.Remote).JumpIf(R1, BpfCondition.NotEqual, 0, "six")
            .Load(BpfSize.Word, R1, Frame, OwnerLayout.Remote + 8).MoveWide(R2, 0xFFFF0000).JumpIf(R1, BpfCondition.Equal, R2, "mapped")
            .Label("six").Store(BpfSize.Byte, Frame, OwnerLayout.Six, 1).Jump("key")
            .Label("mapped");
        for (var at = OwnerLayout.Local; at < OwnerLayout.LocalPort; at += 8) _code.Store(BpfSize.Double, Frame, at, 0);
        _code.Label("four");
        CopyField(_kernel.Local4, OwnerLayout.Local + 12, 4);
        CopyField(_kernel.Remote4, OwnerLayout.Remote + 12, 4);
        _code.Label("key");
    }

    private void CopyField(int offset, int to, int size) => _code
        .Move(R3, R8).Compute(BpfOperation.Add, R3, offset).Move(R1, Frame).Compute(BpfOperation.Add, R1, to).Move(R2, size).Call(BpfHelper.ProbeReadKernel);
}
