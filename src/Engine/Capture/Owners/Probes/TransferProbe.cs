using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>
/// Runs when a thread has sent or received with a socket (sock_send_length, sock_recv_length): so is known who acts also where no packet
/// leaves at once. What failed is no use.
/// </summary>
internal static class TransferProbe
{
    public const string Sent = "sock_send_length", Received = "sock_recv_length";

    public static BpfAssembler Assemble(OwnerEventKind kind, ulong networkNamespace)
    {
        var kernel = SocketLayout.Current;
        return new BpfAssembler().Load(BpfSize.Double, R2, R1, 8).Move32(R2, R2).JumpIf(R2, BpfCondition.Greater, int.MaxValue, "end")
            .Load(BpfSize.Double, R8, R1, 0)
            .Begin().OfInternet(kernel).WithinNamespace(kernel, networkNamespace).TakeCookie(R8)
            .Act(kernel, kind)
            .Label("end").Move(R0, 0).Exit();
    }
}
