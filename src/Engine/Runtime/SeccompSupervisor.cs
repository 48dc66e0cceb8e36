using System.Collections.Concurrent;
using Sandbox.Denials;
using Sandbox.Native;
using Sandbox.Seccomp;

namespace Sandbox.Runtime;

/// <summary>
/// Answers the calls of one target that its filter reports, as its policy says (seccomp_unotify(2)), and publishes those that are
/// denied. What is refused never depends on reading the target's memory, so there is no race to lose. When this process ends, the
/// kernel answers ENOSYS. Used by one thread at a time.
/// </summary>
internal sealed class SeccompSupervisor(FileDescriptor listener, SeccompPolicy policy, ISyscallRecorder? recorder) : IDisposable
{
    private static readonly ConcurrentDictionary<SeccompDecision, string> Actions = new();
    private readonly SeccompListener _listener = new(listener);
    private readonly TargetTasks _tasks = new();
    private (SeccompDecision Decision, string Text) _lastAction;

    public FileDescriptor Listener => _listener.Descriptor;

    public DenialHub Denials { get; } = new();

    /// <summary>The Id of the hardened process.</summary>
    public int SandboxId { get; init; }

    /// <summary>Takes one notification and answers it; false where there was none.</summary>
    public bool AnswerOne()
    {
        if (!_listener.TryReceive(out var call)) return false;
        ReadOnlySpan<ulong> arguments = call.Arguments;
        var decision = policy.Decide(call.Architecture, (uint)call.Number, arguments);
        SeccompDenial? denial = null;
        var waited = false;
        try
        {
            recorder?.Record(call.Architecture, call.Number, decision, arguments);
            if (SeccompPolicy.IsEvent(decision)) denial = Describe(call, decision);
        }
        finally
        {
            // Whatever becomes of the report: a call without an answer would hang its caller.
            waited = decision.Passes ? _listener.Proceed(call.Id) : Refuse(call, decision);
        }

        // The kernel takes an answer only while the caller waits: until then what was read is the caller's, and not a successor's.
        if (denial is not null) Denials.Publish(waited ? denial : denial.WithoutCaller());
        return true;
    }

    /// <summary>The target has ended.</summary>
    public void Dispose()
    {
        Denials.Complete();
        _tasks.Dispose();
    }

    private static bool Kills(SeccompDecision decision) => decision.Action is SeccompAction.KillProcess or SeccompAction.KillThread or SeccompAction.Trap;

    // Whether the caller still waited. The kernel would send SIGSYS, which a program could catch after a trap; who is killed by policy
    // ends for sure.
    private bool Refuse(in SeccompNotification call, SeccompDecision decision)
    {
        if (!Kills(decision)) return _listener.Fail(call.Id, Answer(decision));
        var waits = false;
        try
        {
            // Without descriptors left, the thread's own id may do: it is the process's where it is its first thread.
            using var process = PidFd.TryOpen(Find(call)?.Process ?? call.Thread);
            waits = process is not null && _listener.Waits(call.Id);
            if (waits) PidFd.Signal(process!, 9);
        }
        catch (ErrnoException e)
        {
            System.Diagnostics.Trace.TraceError($"Sandbox.Seccomp: a caller couldn't be killed, and its call is refused: {e.Message}");
        }

        _listener.Fail(call.Id, Answer(decision));
        return waits;
    }

    // Trace is ENOSYS where there is no tracer (seccomp(2)).
    private static int Answer(SeccompDecision decision) => decision.Action switch
    {
        SeccompAction.Errno => decision.Errno,
        SeccompAction.Trace => Errno.ENOSYS,
        _ => Errno.EPERM,
    };

    private SeccompDenial Describe(in SeccompNotification call, SeccompDecision decision)
    {
        var arguments = ((ReadOnlySpan<ulong>)call.Arguments).ToArray();
        var task = Denials.WantsWhole || Kills(decision) ? Find(call) : null;
        return new()
        {
            SyscallNumber = call.Number,
            AuditArchitecture = call.Architecture,
            Action = Text(decision),
            Arguments = arguments,
            DecodedArguments = task is null ? [] : Decode(call, arguments, task),
            ProcessId = task?.Process ?? call.Thread,
            ThreadId = call.Thread,
            SandboxId = SandboxId,
            ProcessName = task?.Name(),
            Executable = task?.Executable(),
            UserId = task?.User,
            InstructionPointer = call.InstructionPointer,
            Signal = Kills(decision) ? "SIGKILL" : null,
            Scope = SeccompDenialScope.Sandbox,
            Source = SeccompDenialSource.Notify,
        };
    }

    private string Text(SeccompDecision decision)
    {
        if (_lastAction.Text is null || _lastAction.Decision != decision) _lastAction = (decision, Actions.GetOrAdd(decision, d => d.ToString()));
        return _lastAction.Text;
    }

    private TargetTask? Find(in SeccompNotification call) => _tasks.Find(call.Thread, _listener, call.Id);

    private static IReadOnlyList<DecodedArgument> Decode(in SeccompNotification call, ulong[] arguments, TargetTask task)
    {
        if (SeccompArchitectures.FromAudit(call.Architecture, (uint)call.Number) is not { } architecture) return [];
        return SyscallTable.For(architecture).Find((uint)call.Number) is { } entry ? ArgumentDecoder.Decode(architecture, entry, arguments, task) : [];
    }
}
