using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

/// <summary>
/// Runs at sys_exit, for every call of every process while it is attached: so it looks at the result first. A failed call of who is
/// followed becomes a record. The registers at the exit still have the arguments (the result is elsewhere, and arm64 keeps its first
/// argument apart), so that nothing has to run at the entry. And texts can be read where at the entry their page may not be there yet.
/// </summary>
internal sealed partial class ExitProbe
{
    public const string Tracepoint = "sys_exit";

    // The frame. R6 is the task, R8 the length of the record so far, R9 the record.
    private const int Capture = -24, Kept = -32, Files = -40, FileSystem = -48, Registers = -56, Errno = -64, Number = -72;

    // Behind the last section: what the verifier had better not follow. It forgets what it knew of a number that was in a map, so that
    // the ways through the code become one again where they meet; else there are as many as combinations of arguments.
    private const int Position = RecordLayout.ScratchSize - 400, Relative = Position + 8, Items = Position + 16, Item = Position + 24, Start = Position + 32, State = Position + 40,
        Dentry = Position + 48, Mount = Position + 56, RootDentry = Position + 64, RootMount = Position + 72;

    // Paths still to walk.
    private const int WorkAt = RecordLayout.ScratchSize - 256, WorkSize = 24, MostWork = 4, MostSteps = 256;
    private readonly BpfAssembler _code = new();
    private readonly KernelLayout _kernel = KernelLayout.Current;
    private readonly ProbeOptions _options;

    private ExitProbe(ProbeOptions options) => _options = options;

    public static BpfAssembler Assemble(ProbeOptions options) => new ExitProbe(options).Assemble();

    private BpfAssembler Assemble()
    {
        _code.Load(BpfSize.Double, R7, R1, 8)
            .JumpIf(R7, BpfCondition.SignedGreaterOrEqual, 0, "end")
            // Beyond are the kernel's own, such as ERESTARTSYS (linux/errno.h): the call isn't over, or its caller was killed in it.
            .JumpIf(R7, BpfCondition.SignedLess, -511, "end")
            .Load(BpfSize.Double, R8, R1, 0) // the registers
            .Move(R9, 0).Compute(BpfOperation.Subtract, R9, R7)
            .Call(BpfHelper.GetCurrentTaskBtf).Move(R6, R0);
        Scope();
        _code.Store(BpfSize.Double, Frame, Registers, R8).Store(BpfSize.Double, Frame, Errno, R9)
            .Count(ProbeCounter.Seen);
        FindCall();
        Filter();
        Head();
        Arguments();
        Work();
        Settle();
        _code.Store(BpfSize.Double, R9, Item, 0).Store(BpfSize.Double, R9, Dentry, 0)
            .Move(R1, MostSteps).LoadFunction(R2, "step").Move(R3, 0).Move(R4, 0).Call(BpfHelper.Loop)
            .Load(BpfSize.Double, R8, R9, Position)
            .Load(BpfSize.Double, R1, R9, Dentry).JumpIf(R1, BpfCondition.Equal, 0, "emit")
            .Load(BpfSize.Double, R8, R9, Start).Jump("cut") // a path that isn't whole is left out
            .Label("emit")
            .JumpIf(R8, BpfCondition.Greater, RecordLayout.LargestRecord, "dropped")
            .LoadMap(R1, ProbeMaps.Ring).Move(R2, R9).Move(R3, R8).Move(R4, 0).Call(BpfHelper.RingBufferOutput)
            .JumpIf(R0, BpfCondition.NotEqual, 0, "dropped")
            .Count(ProbeCounter.Emitted).Jump("end")
            .Label("dropped").Count(ProbeCounter.Dropped).Jump("end")
            .Label("filtered").Count(ProbeCounter.Filtered)
            .Label("end").Move(R0, 0).Exit()
            .Label("cut")
            .Load(BpfSize.Word, R1, R9, RecordLayout.FlagsAt).Compute(BpfOperation.Or, R1, RecordLayout.CutFlag).Store(BpfSize.Word, R9, RecordLayout.FlagsAt, R1)
            .Jump("emit");
        Step();
        return _code;
    }

    private void Scope()
    {
        switch (_options.Scope)
        {
            case ProbeScope.Tasks:
                _code.LoadMap(R1, ProbeMaps.Tasks).Move(R2, R6).Move(R3, 0).Move(R4, 0).Call(BpfHelper.TaskStorageGet)
                    .JumpIf(R0, BpfCondition.Equal, 0, "end")
                    .Load(BpfSize.Double, R1, R0, 0)
                    .JumpIf(R1, BpfCondition.NotEqual, ProbeMaps.Active, "end");
                return;
            case ProbeScope.Cgroup:
                _code.LoadMap(R1, ProbeMaps.Cgroup).Move(R2, 0).Call(BpfHelper.CurrentTaskUnderCgroup)
                    .JumpIf(R0, BpfCondition.NotEqual, 1, "end");
                break;
        }

        // What we do to tell of a call must not be told of: it would never end.
        _code.Call(BpfHelper.GetCurrentPidTgid).Compute(BpfOperation.ShiftRight, R0, 32)
            .JumpIf(R0, BpfCondition.Equal, Environment.ProcessId, "end");
    }

    // The call's number, whether it is a 32-bit one, and what to read of it.
    private void FindCall()
    {
        _code.Load(BpfSize.Double, R8, Frame, Registers)
            .Read(R7, R8, _kernel.Number)
            .Store(BpfSize.Double, Frame, Number, R7)
            .Read(R8, R6, _kernel.Compat, BpfSize.Word)
            .Compute(BpfOperation.And, R8, _kernel.CompatMask)
            .Store(BpfSize.Double, Frame, Capture, 0)
            .Compute32(BpfOperation.And, R7, _kernel.IsArm64 ? -1 : ~0x40000000) // without the bit of x32
            .JumpIf(R7, BpfCondition.GreaterOrEqual, ProbeMaps.CallSlots, "unknown call")
            .JumpIf(R8, BpfCondition.Equal, 0, "native")
            .Compute(BpfOperation.Add, R7, ProbeMaps.CallSlots)
            .Label("native")
            .Store(BpfSize.Word, Frame, ProbeCode.Temporary, R7)
            .LoadMap(R1, ProbeMaps.Calls).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, "unknown call")
            .Load(BpfSize.Double, R1, R0, 0)
            .Store(BpfSize.Double, Frame, Capture, R1)
            .Label("unknown call");
    }

    private void Filter()
    {
        _code.Load(BpfSize.Double, R9, Frame, Errno);
        foreach (var errno in _options.Errnos) _code.JumpIf(R9, BpfCondition.Equal, errno, "asked");
        if (_options.NetworkErrnos.Count > 0)
        {
            _code.Load(BpfSize.Double, R1, Frame, Capture).Compute(BpfOperation.ShiftRight, R1, CallCapture.NetworkShift).Compute(BpfOperation.And, R1, 1)
                .JumpIf(R1, BpfCondition.Equal, 0, "filtered");
            foreach (var errno in _options.NetworkErrnos) _code.JumpIf(R9, BpfCondition.Equal, errno, "asked");
        }

        _code.Jump("filtered").Label("asked");
        if (_options.Categories.Count == 0) return;
        _code.Load(BpfSize.Double, R1, Frame, Capture).Compute(BpfOperation.ShiftRight, R1, CallCapture.CategoryShift).Compute(BpfOperation.And, R1, 3);
        foreach (var category in _options.Categories) _code.JumpIf(R1, BpfCondition.Equal, (int)category, "category");
        _code.Jump("filtered").Label("category");
    }

    private void Head()
    {
        _code.Store(BpfSize.Word, Frame, ProbeCode.Temporary, 0)
            .LoadMap(R1, ProbeMaps.Scratch).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, "dropped")
            .Move(R9, R0)
            .Store(BpfSize.Word, R9, RecordLayout.VersionAt, RecordLayout.Version | (RecordLayout.HeadSize << 16))
            .Compute(BpfOperation.ShiftRight, R8, _kernel.IsArm64 ? 22 : 1)
            .Store(BpfSize.Word, R9, RecordLayout.FlagsAt, R8)
            .Call(BpfHelper.KtimeGetBootNs).Store(BpfSize.Double, R9, RecordLayout.TimeAt, R0)
            .Load(BpfSize.Double, R1, Frame, Number).Store(BpfSize.Word, R9, RecordLayout.NumberAt, R1)
            .Load(BpfSize.Double, R1, Frame, Errno).Store(BpfSize.Word, R9, RecordLayout.ErrnoAt, R1)
            .Call(BpfHelper.GetCurrentPidTgid).Store(BpfSize.Word, R9, RecordLayout.ThreadAt, R0)
            .Compute(BpfOperation.ShiftRight, R0, 32).Store(BpfSize.Word, R9, RecordLayout.ProcessAt, R0)
            .Call(BpfHelper.GetCurrentCgroupId).Store(BpfSize.Double, R9, RecordLayout.CgroupAt, R0)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, RecordLayout.CommAt).Move(R2, 16).Call(BpfHelper.GetCurrentComm);
        NamespaceIds();
        // The caller's credentials
        _code.Read(R7, R6, _kernel.Credentials)
            .Copy(R9, RecordLayout.UserAt, R7, _kernel.User, 4)
            .Copy(R9, RecordLayout.EffectiveUserAt, R7, _kernel.EffectiveUser, 4)
            .Copy(R9, RecordLayout.FileUserAt, R7, _kernel.FileUser, 4)
            .Copy(R9, RecordLayout.FileGroupAt, R7, _kernel.FileGroup, 4)
            .Copy(R9, RecordLayout.CapabilitiesAt, R7, _kernel.Capabilities, 8)
            .Read(R7, R7, _kernel.UserNamespace)
            .Copy(R9, RecordLayout.UserNamespaceAt, R7, _kernel.UserNamespaceNumber, 4)
            .Read(R7, R6, _kernel.Namespaces).Read(R7, R7, _kernel.MountNamespace)
            .Copy(R9, RecordLayout.MountNamespaceAt, R7, _kernel.MountNamespaceNumber, 4)
            .Copy(R9, RecordLayout.AtomicFlagsAt, R6, _kernel.AtomicFlags, 4);
        if (_kernel.FilterCount is { } filters) _code.Copy(R9, RecordLayout.FiltersAt, R6, filters, 4);
        else _code.Store(BpfSize.Word, R9, RecordLayout.FiltersAt, -1);
        Ancestors();
    }

    // struct pid has a number for each level of namespaces; the last is that of the innermost.
    private void NamespaceIds()
    {
        foreach (var (at, leader) in new[] { (RecordLayout.NamespaceThreadAt, false), (RecordLayout.NamespaceProcessAt, true) })
        {
            if (leader) _code.Read(R7, R6, _kernel.GroupLeader);
            else _code.Move(R7, R6);
            _code.Read(R7, R7, _kernel.ThreadPid)
                .Read(R8, R7, _kernel.PidLevel, BpfSize.Word)
                .Compute(BpfOperation.Multiply, R8, _kernel.UpidSize).Compute(BpfOperation.Add, R8, R7)
                .Copy(R9, at, R8, _kernel.PidNumbers, 4);
        }
    }

    private void Ancestors()
    {
        _code.Move(R7, R6);
        for (var i = 0; i < RecordLayout.Ancestors; i++)
        {
            _code.Read(R7, R7, _kernel.Parent)
                .Copy(R9, RecordLayout.AncestorsAt + (4 * i), R7, _kernel.ThreadGroup, 4);
        }
    }

    // Where ways meet: the length is what it is, and no longer than it may be.
    private void Settle() => _code
        .Store(BpfSize.Double, R9, Position, R8).Load(BpfSize.Double, R8, R9, Position)
        .JumpIf(R8, BpfCondition.Greater, RecordLayout.LastSection, "cut");
}
