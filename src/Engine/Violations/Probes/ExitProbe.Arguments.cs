using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

// The arguments, and what they point to.
internal sealed partial class ExitProbe
{
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
