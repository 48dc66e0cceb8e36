using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

/// <summary>
/// Runs at sys_exit, for every call of every process while it is attached: so it looks at the result first. A failed call of who is
/// followed becomes a record. The registers at the exit still have the arguments (the result is elsewhere, and arm64 keeps its first
/// argument apart), so that nothing has to run at the entry. And texts can be read where at the entry their page may not be there yet.
/// </summary>
internal sealed class ExitProbe
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
            .JumpIf(R7, BpfCondition.SignedLess, -4095, "end")
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

    private void Arguments()
    {
        // The native and the 32-bit calls of x86 have theirs in different registers.
        _code.Load(BpfSize.Double, R8, Frame, Registers);
        if (!_kernel.IsArm64) _code.Load(BpfSize.Word, R1, R9, RecordLayout.FlagsAt).JumpIf(R1, BpfCondition.NotEqual, 0, "compat arguments");
        for (var i = 0; i < 6; i++) _code.Copy(R9, RecordLayout.ArgumentsAt + (8 * i), R8, _kernel.Arguments[i], 8);
        if (!_kernel.IsArm64)
        {
            _code.Jump("arguments read").Label("compat arguments");
            for (var i = 0; i < 6; i++)
            {
                _code.Copy(R9, RecordLayout.ArgumentsAt + (8 * i), R8, _kernel.CompatArguments[i], 8)
                    .Store(BpfSize.Word, R9, RecordLayout.ArgumentsAt + (8 * i) + 4, 0);
            }

            _code.Label("arguments read");
        }

        _code.Move(R8, RecordLayout.HeadSize).Store(BpfSize.Double, R9, Relative, 0);
        for (var i = 0; i < 6; i++) Text(i);
        Memory();
        Message();
    }

    private void Text(int index)
    {
        var skip = _code.NewLabel("no text");
        var failed = _code.NewLabel("unread");
        var absolute = _code.NewLabel("absolute");
        Settle();
        IfCaptured(CallCapture.TextsShift + index, skip)
            .Load(BpfSize.Double, R3, R9, RecordLayout.ArgumentsAt + (8 * index))
            .JumpIf(R3, BpfCondition.Equal, 0, skip)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, R8).Compute(BpfOperation.Add, R1, RecordLayout.SectionHead)
            .Move(R2, RecordLayout.TextSize).Call(BpfHelper.ProbeReadUserString);
        SectionHead(RecordLayout.TextSection, index)
            .JumpIf(R0, BpfCondition.SignedLessOrEqual, 0, failed)
            .Load(BpfSize.Byte, R2, R1, RecordLayout.SectionHead)
            .JumpIf(R2, BpfCondition.Equal, '/', absolute)
            .Store(BpfSize.Double, R9, Relative, 1)
            .Label(absolute)
            .Compute(BpfOperation.And, R0, (RecordLayout.TextSize * 2) - 1);
        Advance(RecordLayout.TextSize)
            .Jump(skip).Label(failed)
            .Compute(BpfOperation.Add, R8, RecordLayout.SectionHead)
            .Label(skip);
    }

    // Memory of a size that is fixed or an argument: a socket address, a struct.
    private void Memory()
    {
        Settle();
        CapturedArgument(CallCapture.BytesShift, "no bytes");
        _code.Move(R7, R1)
            .Load(BpfSize.Double, R4, Frame, Capture).Compute(BpfOperation.ShiftRight, R4, CallCapture.BytesSizeShift).Compute(BpfOperation.And, R4, 0xFF)
            .Load(BpfSize.Double, R1, Frame, Capture).Compute(BpfOperation.ShiftRight, R1, CallCapture.BytesLengthShift).Compute(BpfOperation.And, R1, 15)
            .JumpIf(R1, BpfCondition.Greater, 5, "fixed size");
        Argument(R1, R1);
        _code.JumpIf(R1, BpfCondition.GreaterOrEqual, R4, "fixed size").Move(R4, R1)
            .Label("fixed size").Compute(BpfOperation.And, R4, 0xFF).JumpIf(R4, BpfCondition.Greater, CallCapture.MostBytes, "no bytes");
        Bytes(R4, 0);
        _code.Label("no bytes");
    }

    // struct msghdr: the address and its length are its first two words.
    private void Message()
    {
        Settle();
        CapturedArgument(CallCapture.MessageShift, "no message");
        _code.Move(R7, R1).Move(R4, 56);
        Bytes(R4, 1);
        Settle();
        _code.Move(R1, Frame).Compute(BpfOperation.Add, R1, ProbeCode.Temporary).Move(R2, 16).Move(R3, R7).Call(BpfHelper.ProbeReadUser)
            .JumpIf(R0, BpfCondition.NotEqual, 0, "no message")
            .Load(BpfSize.Double, R7, Frame, ProbeCode.Temporary)
            .JumpIf(R7, BpfCondition.Equal, 0, "no message")
            .Load(BpfSize.Word, R4, Frame, ProbeCode.Temporary + 8)
            .JumpIf(R4, BpfCondition.Greater, CallCapture.MostBytes, "no message");
        Bytes(R4, 2);
        _code.Label("no message");
    }

    // A section with R4 bytes from the caller's memory at R7; its index tells them apart, and its bytes begin with the address.
    private void Bytes(BpfRegister size, int index)
    {
        var failed = _code.NewLabel("unread");
        var done = _code.NewLabel("read");
        _code.Store(BpfSize.Double, Frame, Kept, size)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, R8).Store(BpfSize.Double, R1, RecordLayout.SectionHead, R7)
            .Compute(BpfOperation.Add, R1, RecordLayout.SectionHead + 8)
            .Move(R2, size).Move(R3, R7).Call(BpfHelper.ProbeReadUser)
            .JumpIf(R0, BpfCondition.SignedLess, 0, failed)
            .Load(BpfSize.Double, R0, Frame, Kept).Compute(BpfOperation.Add, R0, 8);
        SectionHead(RecordLayout.BytesSection, index);
        Advance(CallCapture.MostBytes + 8).Jump(done)
            .Label(failed);
        SectionHead(RecordLayout.BytesSection, index)
            .Compute(BpfOperation.Add, R8, RecordLayout.SectionHead)
            .Label(done);
    }

    // The paths that are walked: descriptors, the working directory where a text is relative, the program.
    private void Work()
    {
        Settle();
        _code.Store(BpfSize.Double, R9, Items, 0)
            .Read(R7, R6, _kernel.FileSystem).Store(BpfSize.Double, Frame, FileSystem, R7)
            .Read(R1, R7, _kernel.Root + _kernel.PathDentry).Store(BpfSize.Double, R9, RootDentry, R1)
            .Read(R1, R7, _kernel.Root + _kernel.PathMount).Store(BpfSize.Double, R9, RootMount, R1)
            .Read(R7, R6, _kernel.Files).Read(R7, R7, _kernel.DescriptorTable).Store(BpfSize.Double, Frame, Files, R7);
        for (var i = 0; i < 6; i++) Descriptor(i);
        _code.Load(BpfSize.Double, R1, R9, Relative).JumpIf(R1, BpfCondition.Equal, 0, "absolute")
            .Load(BpfSize.Double, R7, Frame, FileSystem).Compute(BpfOperation.Add, R7, _kernel.WorkingDirectory);
        Enqueue(RecordLayout.WorkingDirectoryIndex, "absolute");
        _code.Label("absolute")
            .Read(R7, R6, _kernel.Memory).Read(R7, R7, _kernel.Executable).JumpIf(R7, BpfCondition.Equal, 0, "no program")
            .Compute(BpfOperation.Add, R7, _kernel.FilePath);
        Enqueue(RecordLayout.ExecutableIndex, "no program");
        _code.Label("no program");
    }

    private void Descriptor(int index)
    {
        var skip = _code.NewLabel("no descriptor");
        IfCaptured(CallCapture.DescriptorsShift + index, skip)
            .Load(BpfSize.Word, R4, R9, RecordLayout.ArgumentsAt + (8 * index))
            .Store(BpfSize.Double, Frame, Kept, R4)
            .Load(BpfSize.Double, R7, Frame, Files)
            .Read(R5, R7, _kernel.TableSize, BpfSize.Word)
            .Load(BpfSize.Double, R4, Frame, Kept)
            .JumpIf(R4, BpfCondition.GreaterOrEqual, R5, skip) // AT_FDCWD too
            .Read(R7, R7, _kernel.TableFiles)
            .Load(BpfSize.Double, R4, Frame, Kept).Compute(BpfOperation.ShiftLeft, R4, 3).Compute(BpfOperation.Add, R7, R4)
            .Read(R7, R7, 0).JumpIf(R7, BpfCondition.Equal, 0, skip)
            .Compute(BpfOperation.Add, R7, _kernel.FilePath);
        Enqueue(index, skip);
        _code.Label(skip);
    }

    // A struct path at R7 is to be walked.
    private void Enqueue(int index, string full)
    {
        _code.Load(BpfSize.Double, R1, R9, Items).JumpIf(R1, BpfCondition.GreaterOrEqual, MostWork, full)
            .Move(R2, R1).Compute(BpfOperation.Add, R2, 1).Store(BpfSize.Double, R9, Items, R2)
            .Compute(BpfOperation.Multiply, R1, WorkSize).Compute(BpfOperation.Add, R1, R9).Store(BpfSize.Double, Frame, Kept, R1)
            .Store(BpfSize.Double, R1, WorkAt, RecordLayout.PathSection | (index << 16));
        _code.Read(R4, R7, _kernel.PathDentry).Load(BpfSize.Double, R1, Frame, Kept).Store(BpfSize.Double, R1, WorkAt + 8, R4);
        _code.Read(R4, R7, _kernel.PathMount).Load(BpfSize.Double, R1, Frame, Kept).Store(BpfSize.Double, R1, WorkAt + 16, R4);
    }

    // One step on the paths that are walked, each from its leaf to the caller's root, over mount points: as the kernel's prepend_path
    // does (fs/d_path.c). A function of its own, since the verifier looks at a loop's body once and not for each round.
    private void Step()
    {
        _code.Function("step")
            .Store(BpfSize.Word, Frame, ProbeCode.Temporary, 0)
            .LoadMap(R1, ProbeMaps.Scratch).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, "stop")
            .Move(R9, R0)
            .Load(BpfSize.Double, R8, R9, Position)
            .JumpIf(R8, BpfCondition.Greater, RecordLayout.LastSection, "no room")
            .Load(BpfSize.Double, R7, R9, Dentry).JumpIf(R7, BpfCondition.NotEqual, 0, "walk")
            .Load(BpfSize.Double, R1, R9, Item).Load(BpfSize.Double, R2, R9, Items)
            .JumpIf(R1, BpfCondition.GreaterOrEqual, R2, "stop")
            .JumpIf(R1, BpfCondition.GreaterOrEqual, MostWork, "stop")
            .Move(R2, R1).Compute(BpfOperation.Add, R2, 1).Store(BpfSize.Double, R9, Item, R2)
            .Compute(BpfOperation.Multiply, R1, WorkSize).Compute(BpfOperation.Add, R1, R9)
            .Load(BpfSize.Double, R7, R1, WorkAt + 8).Store(BpfSize.Double, R9, Dentry, R7)
            .Load(BpfSize.Double, R2, R1, WorkAt + 16).Store(BpfSize.Double, R9, Mount, R2)
            .Load(BpfSize.Double, R2, R1, WorkAt)
            .Store(BpfSize.Double, R9, Start, R8).Store(BpfSize.Double, R9, State, 0)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, R8).Store(BpfSize.Double, R1, 0, R2);
        Leaf();
        _code.Compute(BpfOperation.Add, R8, RecordLayout.SectionHead + RecordLayout.PathHead)
            .Store(BpfSize.Double, R9, Position, R8)
            .Jump("next")
            .Label("walk")
            .Load(BpfSize.Double, R6, R9, Mount)
            .Load(BpfSize.Double, R1, R9, RootDentry).JumpIf(R7, BpfCondition.NotEqual, R1, "below root")
            .Load(BpfSize.Double, R1, R9, RootMount).JumpIf(R1, BpfCondition.Equal, R6, "close")
            .Label("below root")
            .Read(R1, R6, _kernel.MountRoot).JumpIf(R7, BpfCondition.NotEqual, R1, "name")
            // The root of a mount: on to where it is mounted.
            .Read(R1, R6, _kernel.MountParent - _kernel.MountPart)
            .Move(R4, R6).Compute(BpfOperation.Subtract, R4, _kernel.MountPart)
            .JumpIf(R1, BpfCondition.Equal, R4, "outside")
            .JumpIf(R1, BpfCondition.Equal, 0, "outside")
            .Compute(BpfOperation.Add, R1, _kernel.MountPart).Store(BpfSize.Double, R9, Mount, R1)
            .Read(R1, R6, _kernel.MountPoint - _kernel.MountPart)
            .JumpIf(R1, BpfCondition.Equal, 0, "outside")
            .Store(BpfSize.Double, R9, Dentry, R1)
            .Jump("next")
            .Label("name")
            .Read(R3, R7, _kernel.DentryName)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, R8).Move(R2, RecordLayout.NameSize).Call(BpfHelper.ProbeReadKernelString)
            .JumpIf(R0, BpfCondition.SignedLessOrEqual, 0, "unreadable name")
            .Compute(BpfOperation.And, R0, (RecordLayout.NameSize * 2) - 1)
            .Compute(BpfOperation.Add, R8, R0).Store(BpfSize.Double, R9, Position, R8)
            .Read(R1, R7, _kernel.DentryParent)
            .JumpIf(R1, BpfCondition.Equal, R7, "detached")
            .JumpIf(R1, BpfCondition.Equal, 0, "unreadable name")
            .Store(BpfSize.Double, R9, Dentry, R1)
            .Jump("next");
        foreach (var (label, state) in new[] { ("outside", RecordLayout.PathOutside), ("detached", RecordLayout.PathDetached), ("unreadable name", RecordLayout.PathUnreadable) })
        {
            _code.Label(label).Load(BpfSize.Double, R1, R9, State).Compute(BpfOperation.Or, R1, state).Store(BpfSize.Double, R9, State, R1).Jump("close");
        }

        _code.Label("close")
            .Load(BpfSize.Double, R8, R9, Position)
            .Load(BpfSize.Double, R1, R9, Start).JumpIf(R1, BpfCondition.Greater, RecordLayout.LastSection, "stop")
            .Move(R2, R8).Compute(BpfOperation.Subtract, R2, R1).Compute(BpfOperation.Subtract, R2, RecordLayout.SectionHead)
            .Compute(BpfOperation.Add, R1, R9).Store(BpfSize.Word, R1, 4, R2)
            .Load(BpfSize.Double, R2, R9, State).Store(BpfSize.Word, R1, RecordLayout.SectionHead + RecordLayout.PathStateAt, R2)
            .Compute(BpfOperation.Add, R8, 7).Compute(BpfOperation.And, R8, ~7).Store(BpfSize.Double, R9, Position, R8)
            .Store(BpfSize.Double, R9, Dentry, 0)
            .Label("next").Move(R0, 0).Exit()
            .Label("no room")
            .Load(BpfSize.Word, R1, R9, RecordLayout.FlagsAt).Compute(BpfOperation.Or, R1, RecordLayout.CutFlag).Store(BpfSize.Word, R9, RecordLayout.FlagsAt, R1)
            .Label("stop").Move(R0, 1).Exit();
    }

    // Which file the leaf is, and whether it has a name still.
    private void Leaf()
    {
        _code.Read(R4, R7, _kernel.DentryInode).Read(R4, R4, _kernel.InodeNumber)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, R8).Store(BpfSize.Double, R1, RecordLayout.SectionHead, R4)
            .Read(R4, R7, _kernel.DentrySuper).Read(R4, R4, _kernel.SuperMagic)
            .Move(R1, R9).Compute(BpfOperation.Add, R1, R8).Store(BpfSize.Word, R1, RecordLayout.SectionHead + 8, R4)
            .Read(R4, R7, _kernel.DentryHashed).JumpIf(R4, BpfCondition.NotEqual, 0, "hashed")
            .Read(R4, R7, _kernel.DentryParent).JumpIf(R4, BpfCondition.Equal, R7, "hashed") // the root of a mount never is
            .Store(BpfSize.Double, R9, State, RecordLayout.PathDeleted)
            .Label("hashed");
    }

    // Where ways meet: the length is what it is, and no longer than it may be.
    private void Settle() => _code
        .Store(BpfSize.Double, R9, Position, R8).Load(BpfSize.Double, R8, R9, Position)
        .JumpIf(R8, BpfCondition.Greater, RecordLayout.LastSection, "cut");

    private BpfAssembler IfCaptured(int bit, string otherwise) => _code
        .Load(BpfSize.Double, R1, Frame, Capture).Compute(BpfOperation.ShiftRight, R1, bit).Compute(BpfOperation.And, R1, 1)
        .JumpIf(R1, BpfCondition.Equal, 0, otherwise);

    // R1 becomes the argument whose number is in four bits of what to read.
    private void CapturedArgument(int shift, string otherwise)
    {
        _code.Load(BpfSize.Double, R1, Frame, Capture).Compute(BpfOperation.ShiftRight, R1, shift).Compute(BpfOperation.And, R1, 15)
            .JumpIf(R1, BpfCondition.Greater, 5, otherwise);
        Argument(R1, R1);
        _code.JumpIf(R1, BpfCondition.Equal, 0, otherwise);
    }

    private void Argument(BpfRegister to, BpfRegister index) => _code
        .Compute(BpfOperation.ShiftLeft, index, 3).Compute(BpfOperation.Add, index, R9).Load(BpfSize.Double, to, index, RecordLayout.ArgumentsAt);

    // The head of a section at the end of the record, with R0 as its length; R1 points to it.
    private BpfAssembler SectionHead(int kind, int index) => _code
        .Move(R1, R9).Compute(BpfOperation.Add, R1, R8)
        .Store(BpfSize.Word, R1, 0, kind | (index << 16)).Store(BpfSize.Word, R1, 4, R0);

    // Behind a section of R0 bytes, at most so many.
    private BpfAssembler Advance(int most) => _code
        .JumpIf(R0, BpfCondition.Greater, most, "cut")
        .Compute(BpfOperation.Add, R0, RecordLayout.SectionHead + 7).Compute(BpfOperation.And, R0, ~7).Compute(BpfOperation.Add, R8, R0);
}
