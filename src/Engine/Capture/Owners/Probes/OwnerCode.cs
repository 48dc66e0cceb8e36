using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>
/// Pieces that the owner probes have in common. R6 is the program's context, R7 the shared numbers, R8 the socket (struct sock); each piece
/// loses R0 to R5. A socket of another network namespace than the captured one leads to the label "end".
/// </summary>
internal static class OwnerCode
{
    private const int KernelThread = 0x0020_0000; // PF_KTHREAD
    private const int NoWakeUp = 1; // BPF_RB_NO_WAKEUP: the reader looks at every packet

    /// <summary>Takes the context and the shared numbers, and empties the event.</summary>
    public static BpfAssembler Begin(this BpfAssembler code)
    {
        code.Move(R6, R1).Store(BpfSize.Word, Frame, OwnerLayout.Zero, 0)
            .LoadMap(R1, OwnerMaps.Numbers).Move(R2, Frame).Compute(BpfOperation.Add, R2, OwnerLayout.Zero).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, "end").Move(R7, R0);
        for (var at = OwnerLayout.Event; at < 0; at += 8) code.Store(BpfSize.Double, Frame, at, 0);
        return code;
    }

    /// <summary>Reads a field of a struct of the kernel's; 0 where that fails.</summary>
    public static BpfAssembler ReadField(this BpfAssembler code, BpfRegister to, BpfRegister from, int offset, BpfSize size = BpfSize.Double) => code
        .Move(R3, from).Compute(BpfOperation.Add, R3, offset)
        .Move(R1, Frame).Compute(BpfOperation.Add, R1, OwnerLayout.Temporary)
        .Move(R2, size switch { BpfSize.Byte => 1, BpfSize.Half => 2, BpfSize.Word => 4, _ => 8 }).Call(BpfHelper.ProbeReadKernel)
        .Load(size, to, Frame, OwnerLayout.Temporary);

    /// <summary>Goes on with sockets of the captured network namespace alone.</summary>
    public static BpfAssembler WithinNamespace(this BpfAssembler code, SocketLayout kernel, ulong cookie) => code
        .ReadField(R1, R8, kernel.Namespace).ReadField(R1, R1, kernel.NamespaceCookie)
        .MoveWide(R2, cookie).JumpIf(R1, BpfCondition.NotEqual, R2, "end");

    /// <summary>Goes on with sockets of the Internet alone.</summary>
    public static BpfAssembler OfInternet(this BpfAssembler code, SocketLayout kernel)
    {
        var found = code.NewLabel("internet");
        return code.ReadField(R1, R8, kernel.Family, BpfSize.Half)
            .JumpIf(R1, BpfCondition.Equal, 2 /* AF_INET */, found).JumpIf(R1, BpfCondition.NotEqual, 10 /* AF_INET6 */, "end")
            .Label(found);
    }

    /// <summary>Takes the cookie of the socket that the register names.</summary>
    public static BpfAssembler TakeCookie(this BpfAssembler code, BpfRegister socket) => code
        .Move(R1, socket).Call(BpfHelper.GetSocketCookie).JumpIf(R0, BpfCondition.Equal, 0, "end").Store(BpfSize.Double, Frame, OwnerLayout.Cookie, R0);

    /// <summary>The current thread acts on the socket: told where another did before. Loses R9.</summary>
    public static BpfAssembler Act(this BpfAssembler code, SocketLayout kernel, OwnerEventKind kind)
    {
        var (changed, done) = (code.NewLabel("changed"), code.NewLabel("acted"));
        code.Call(BpfHelper.GetCurrentTaskBtf).Move(R9, R0)
            .Load(BpfSize.Word, R1, R9, kernel.TaskFlags).Compute(BpfOperation.And, R1, KernelThread).JumpIf(R1, BpfCondition.NotEqual, 0, done)
            .Load(BpfSize.Word, R1, R9, kernel.Process).Store(BpfSize.Word, Frame, OwnerLayout.Process, R1)
            .Load(BpfSize.Word, R1, R9, kernel.Thread).Store(BpfSize.Word, Frame, OwnerLayout.Thread, R1)
            .Load(BpfSize.Double, R3, R9, kernel.Leader)
            .Load(BpfSize.Double, R1, R3, kernel.Started).Store(BpfSize.Double, Frame, OwnerLayout.Started, R1)
            .Load(BpfSize.Double, R1, R9, kernel.Memory).Load(BpfSize.Double, R1, R1, kernel.Arguments).Store(BpfSize.Double, Frame, OwnerLayout.Program, R1)
            .Load(BpfSize.Word, R1, R9, kernel.Executions).Store(BpfSize.Word, Frame, OwnerLayout.Executions, R1)
            .Load(BpfSize.Double, R1, R9, kernel.Credentials).Load(BpfSize.Word, R1, R1, kernel.User).Store(BpfSize.Word, Frame, OwnerLayout.User, R1)
            .Compute(BpfOperation.Add, R3, kernel.Name).Move(R1, Frame).Compute(BpfOperation.Add, R1, OwnerLayout.Name).Move(R2, 16).Call(BpfHelper.ProbeReadKernel)
            .Find(OwnerMaps.Owners, OwnerLayout.Cookie).JumpIf(R0, BpfCondition.Equal, 0, changed);
        for (var i = 0; i < OwnerLayout.ActorSize; i += 8) code.Load(BpfSize.Double, R1, R0, i).Load(BpfSize.Double, R2, Frame, OwnerLayout.Process + i).JumpIf(R1, BpfCondition.NotEqual, R2, changed);
        code.Load(BpfSize.Double, R1, R0, OwnerLayout.ActorSize).Load(BpfSize.Word, R2, R7, 0).JumpIf(R1, BpfCondition.Equal, R2, done)
            .Label(changed);
        for (var i = 0; i < OwnerLayout.ActorSize; i += 8) code.Load(BpfSize.Double, R1, Frame, OwnerLayout.Process + i).Store(BpfSize.Double, Frame, OwnerLayout.Owner + i, R1);
        code.Load(BpfSize.Word, R1, R7, 0).Store(BpfSize.Double, Frame, OwnerLayout.OwnerEpoch, R1);
        return code.Put(OwnerMaps.Owners, OwnerLayout.Cookie, OwnerLayout.Owner, 0 /* BPF_ANY */).Emit(kind)
            .Load(BpfSize.Double, R1, R7, 8 * OwnerLayout.ProcessesNumber).JumpIf(R1, BpfCondition.Equal, 0, done)
            .LoadMap(R1, OwnerMaps.Processes).Move(R2, Frame).Compute(BpfOperation.Add, R2, OwnerLayout.Process).Move(R3, OwnerLayout.ActorSize).Move(R4, 0).Call(BpfHelper.RingBufferOutput)
            .Label(done);
    }

    /// <summary>
    /// Tells the flow in the event where it is new, or where another socket had it. A connection that nobody has acted on is so far of who has
    /// the listening socket, which had the flow before. Loses nothing but R0 to R5.
    /// </summary>
    public static BpfAssembler TellFlow(this BpfAssembler code, OwnerEventKind kind)
    {
        code.Find(OwnerMaps.Flows, OwnerLayout.Key).JumpIf(R0, BpfCondition.Equal, 0, "new flow")
            .Load(BpfSize.Double, R1, R0, 0).Load(BpfSize.Double, R2, Frame, OwnerLayout.Cookie).JumpIf(R1, BpfCondition.NotEqual, R2, "another's flow")
            .Load(BpfSize.Word, R1, R0, 8).Load(BpfSize.Word, R2, R7, 0).JumpIf(R1, BpfCondition.Equal, R2, "end")
            .Jump("new flow")
            .Label("another's flow").Store(BpfSize.Double, Frame, OwnerLayout.Temporary, R1)
            .Load(BpfSize.Byte, R1, Frame, OwnerLayout.Protocol).JumpIf(R1, BpfCondition.NotEqual, PacketTuple.Tcp, "new flow")
            .Find(OwnerMaps.Owners, OwnerLayout.Temporary).JumpIf(R0, BpfCondition.Equal, 0, "new flow");
        for (var i = 0; i < OwnerLayout.ActorSize; i += 8) code.Load(BpfSize.Double, R1, R0, i).Store(BpfSize.Double, Frame, OwnerLayout.Owner + i, R1);
        code.Load(BpfSize.Word, R1, R7, 0).Move(R2, 1).Compute(BpfOperation.ShiftLeft, R2, 32).Compute(BpfOperation.Or, R1, R2).Store(BpfSize.Double, Frame, OwnerLayout.OwnerEpoch, R1)
            .Put(OwnerMaps.Owners, OwnerLayout.Cookie, OwnerLayout.Owner, 1 /* BPF_NOEXIST */)
            .Label("new flow")
            .Load(BpfSize.Double, R1, Frame, OwnerLayout.Cookie).Store(BpfSize.Double, Frame, OwnerLayout.Flow, R1)
            .Load(BpfSize.Word, R1, R7, 0).Store(BpfSize.Double, Frame, OwnerLayout.FlowEpoch, R1)
            .Put(OwnerMaps.Flows, OwnerLayout.Key, OwnerLayout.Flow, 0 /* BPF_ANY */)
            .Find(OwnerMaps.Owners, OwnerLayout.Cookie).JumpIf(R0, BpfCondition.NotEqual, 0, "owned flow");
        for (var i = 0; i < OwnerLayout.ActorSize; i += 8) code.Store(BpfSize.Double, Frame, OwnerLayout.Process + i, 0);
        code.Jump("tell flow").Label("owned flow");
        for (var i = 0; i < OwnerLayout.ActorSize; i += 8) code.Load(BpfSize.Double, R1, R0, i).Store(BpfSize.Double, Frame, OwnerLayout.Process + i, R1);
        return code.Label("tell flow").Emit(kind);
    }

    /// <summary>Writes the event; counts it where there is no room.</summary>
    public static BpfAssembler Emit(this BpfAssembler code, OwnerEventKind kind)
    {
        var done = code.NewLabel("written");
        return code.Load(BpfSize.Word, R1, R7, 8 * OwnerLayout.EpochNumber).Store(BpfSize.Word, Frame, OwnerLayout.Epoch, R1)
            .Store(BpfSize.Word, Frame, OwnerLayout.Kind, (int)kind)
            .Call(BpfHelper.KtimeGetTaiNs).Store(BpfSize.Double, Frame, OwnerLayout.Time, R0)
            .LoadMap(R1, OwnerMaps.Ring).Move(R2, Frame).Compute(BpfOperation.Add, R2, OwnerLayout.Event).Move(R3, OwnerLayout.EventSize).Move(R4, NoWakeUp).Call(BpfHelper.RingBufferOutput)
            .JumpIf(R0, BpfCondition.Equal, 0, done)
            .Move(R1, 1).AtomicAdd(R7, 8 * OwnerLayout.DroppedNumber, R1)
            .Label(done);
    }

    /// <summary>Looks a key of the frame up.</summary>
    public static BpfAssembler Find(this BpfAssembler code, string map, int key) => code
        .LoadMap(R1, map).Move(R2, Frame).Compute(BpfOperation.Add, R2, key).Call(BpfHelper.MapLookup);

    /// <summary>Sets the value of a key, both in the frame.</summary>
    public static BpfAssembler Put(this BpfAssembler code, string map, int key, int value, int flags) => code
        .LoadMap(R1, map).Move(R2, Frame).Compute(BpfOperation.Add, R2, key).Move(R3, Frame).Compute(BpfOperation.Add, R3, value).Move(R4, flags).Call(BpfHelper.MapUpdate);
}
