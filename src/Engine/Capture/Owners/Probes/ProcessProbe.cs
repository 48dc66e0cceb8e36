using System.Runtime.InteropServices;
using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Capture;

/// <summary>
/// Asks the kernel which program a process runs now. /proc doesn't tell how many it has executed, and the arguments of two may be at one place.
/// </summary>
internal sealed class ProcessProbe : IDisposable
{
    private readonly BpfProgram _program;

    public ProcessProbe()
    {
        using var types = BpfTypes.Load();
        _program = BpfProgram.LoadForTasks(Assemble(), types);
    }

    /// <summary>The parent of a process that runs the very program that is meant still; null where it has ended or executed another.</summary>
    public int? Parent(in SocketOwner owner) =>
        Ask(owner.ProcessId) is { } answer && (answer.Started, answer.Program, answer.Executions) == (owner.Started, owner.Program, owner.Executions) ? answer.Parent : null;

    /// <summary>An owner that was found otherwise, with what the kernel would have told of it now.</summary>
    public SocketOwner Complete(in SocketOwner owner) =>
        Ask(owner.ProcessId) is { } answer ? owner with { Started = answer.Started, Program = answer.Program, Executions = answer.Executions, User = answer.User } : owner;

    public void Dispose() => _program.Dispose();

    private Answer? Ask(int process)
    {
        Span<Answer> answer = stackalloc Answer[1];
        return _program.RunFor(process, MemoryMarshal.AsBytes(answer)) == Answer.Size ? answer[0] : null;
    }

    // Its context is the iteration, with what it writes to, and a task; none when all are through.
    private static BpfCode Assemble()
    {
        var kernel = SocketLayout.Current;
        return new BpfAssembler().Load(BpfSize.Double, R6, R1, 8).JumpIf(R6, BpfCondition.Equal, 0, "end")
            .Load(BpfSize.Double, R7, R1, 0)
            .Load(BpfSize.Double, R1, R6, kernel.Started).Store(BpfSize.Double, Frame, -Answer.Size, R1)
            .Load(BpfSize.Double, R1, R6, kernel.Memory).Load(BpfSize.Double, R1, R1, kernel.Arguments).Store(BpfSize.Double, Frame, 8 - Answer.Size, R1)
            .Load(BpfSize.Word, R1, R6, kernel.Executions).Store(BpfSize.Word, Frame, 16 - Answer.Size, R1)
            .Load(BpfSize.Double, R1, R6, kernel.Parent).Load(BpfSize.Word, R1, R1, kernel.Process).Store(BpfSize.Word, Frame, 20 - Answer.Size, R1)
            .Load(BpfSize.Double, R1, R6, kernel.Credentials).Load(BpfSize.Word, R1, R1, kernel.User).Store(BpfSize.Double, Frame, 24 - Answer.Size, R1)
            .Load(BpfSize.Double, R1, R7, 0).Move(R2, Frame).Compute(BpfOperation.Add, R2, -Answer.Size).Move(R3, Answer.Size).Call(BpfHelper.SeqWrite)
            .Label("end").Move(R0, 0).Exit().Finish(new Dictionary<string, int>());
    }

    [StructLayout(LayoutKind.Sequential, Size = Answer.Size)]
    private struct Answer
    {
        public const int Size = 32;
        public long Started;
        public ulong Program;
        public uint Executions;
        public int Parent;
        public uint User;
    }
}
