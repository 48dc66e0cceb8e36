using Sandbox.Bpf;
using Sandbox.Native;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>Runs at sys_exit, for every call of every process while it is attached: who has accepted a connection has it from then on.</summary>
internal sealed class AcceptProbe
{
    public const string Tracepoint = "sys_exit";
    private const int TypeMask = 0xF000, TypeSocket = 0xC000; // S_IFMT, S_IFSOCK
    private static readonly Syscall Accept = new("accept", 43, 202), Accept4 = new("accept4", 288, 242);

    public static BpfAssembler Assemble(ulong networkNamespace)
    {
        var kernel = SocketLayout.Current;
        return new BpfAssembler().Load(BpfSize.Double, R3, R1, 0)
            .Load(kernel.IsArm64 ? BpfSize.Word : BpfSize.Double, R2, R3, kernel.Call)
            .JumpIf(R2, BpfCondition.Equal, Accept4.Number, "accept").JumpIf(R2, BpfCondition.NotEqual, Accept.Number, "end")
            .Label("accept").Load(BpfSize.Double, R2, R1, 8).JumpIf(R2, BpfCondition.Greater, int.MaxValue, "end") // an error
            .Begin()
            .Call(BpfHelper.GetCurrentTaskBtf).Move(R9, R0)
            // The numbers of 32-bit calls mean others.
            .Load(kernel.IsArm64 ? BpfSize.Double : BpfSize.Word, R1, R9, kernel.Compat).Compute(BpfOperation.And, R1, kernel.CompatMask).JumpIf(R1, BpfCondition.NotEqual, 0, "end")
            .Load(BpfSize.Double, R9, R9, kernel.Files)
            .ReadField(R9, R9, kernel.Table)
            .ReadField(R1, R9, kernel.TableSize, BpfSize.Word).Load(BpfSize.Double, R2, R6, 8).JumpIf(R2, BpfCondition.GreaterOrEqual, R1, "end")
            .ReadField(R1, R9, kernel.TableFiles).Load(BpfSize.Double, R2, R6, 8).Compute(BpfOperation.ShiftLeft, R2, 3).Compute(BpfOperation.Add, R1, R2)
            .ReadField(R9, R1, 0)
            .ReadField(R1, R9, kernel.FileInode).ReadField(R1, R1, kernel.InodeMode, BpfSize.Half).Compute(BpfOperation.And, R1, TypeMask).JumpIf(R1, BpfCondition.NotEqual, TypeSocket, "end")
            .ReadField(R1, R9, kernel.FileData).ReadField(R8, R1, kernel.SocketSock)
            .OfInternet(kernel).WithinNamespace(kernel, networkNamespace)
            .ReadField(R1, R8, kernel.Cookie).JumpIf(R1, BpfCondition.Equal, 0, "end").Store(BpfSize.Double, Frame, OwnerLayout.Cookie, R1)
            .Act(kernel, OwnerEventKind.Accept)
            .Label("end").Move(R0, 0).Exit();
    }
}
