using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>Runs when a socket is made, bound, or closed for good (BPF_PROG_TYPE_CGROUP_SOCK). It refuses nothing.</summary>
internal static class SocketProbe
{
    /// <summary>The one for sockets that are made or bound.</summary>
    public static BpfAssembler AssembleUse(ulong networkNamespace) =>
        Begin(networkNamespace).Act(SocketLayout.Current, OwnerEventKind.Use).Label("end").Move(R0, 1).Exit();

    /// <summary>The one for sockets whose last descriptor is closed.</summary>
    public static BpfAssembler AssembleRelease(ulong networkNamespace) =>
        Begin(networkNamespace).Emit(OwnerEventKind.Release).Label("end").Move(R0, 1).Exit();

    private static BpfAssembler Begin(ulong networkNamespace) => new BpfAssembler().Begin()
        .Move(R1, R6).Call(BpfHelper.GetNetworkCookie).MoveWide(R1, networkNamespace).JumpIf(R0, BpfCondition.NotEqual, R1, "end")
        .TakeCookie(R6);
}
