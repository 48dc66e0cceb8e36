using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

// The paths that the kernel knows and the call's text doesn't: of descriptors, the working directory, the program.
internal sealed partial class ExitProbe
{
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
}
