using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>
/// A program that works for a sandbox from outside of it, below a launcher of its own: whatever ends our process ends the program too,
/// and one that ignores signals is killed by handle. For one thread at a time.
/// </summary>
internal sealed class HelperProgram : IDisposable
{
    private const int MostSaid = 1 << 14;
    private const int Patience = 20_000; // milliseconds; what takes moments takes seconds on a machine that is busy enough
    private readonly LaunchedSandbox _launched;
    private readonly FileDescriptor _said;
    private bool _disposed;

    private HelperProgram(LaunchedSandbox launched, FileDescriptor said)
    {
        _launched = launched;
        _said = said;
    }

    /// <summary>The program's id.</summary>
    public int Id => _launched.TargetPid;

    /// <summary>Its exit code, or 128 plus the signal that ended it; null while it runs, and where nobody knows.</summary>
    public int? Status => !_launched.Memory.StatusKnown ? null : (_launched.Memory.WaitStatus & 0x7f) is var signal and not 0 ? 128 + signal : _launched.Memory.WaitStatus >> 8;

    /// <summary>What it wrote to both of its streams, as far as there was room for it.</summary>
    public unsafe string Said
    {
        get
        {
            var buffer = new byte[MostSaid];
            var length = (int)Math.Min(MostSaid, (long)LibC.lseek(_said.Number, 0, 1)); // SEEK_CUR: how far it has come
            fixed (byte* at = buffer) length = length <= 0 ? 0 : (int)(long)LibC.pread(_said.Number, at, length, 0);
            return length <= 0 ? "" : Encoding.UTF8.GetString(buffer, 0, length).Trim();
        }
    }

    /// <summary>Starts one, after steps of the caller's; returns once it is executed.</summary>
    public static HelperProgram Start(string path, IReadOnlyList<string> arguments, Action<PlanWriter>? before = null, string? input = null)
    {
        var w = Begin(closeOnExec: true);
        before?.Invoke(w);
        w.Call(Syscall.SetProcessMask, PlanArgument.Value(2, "SIG_SETMASK"), w.Bytes(new byte[8], "{}"), 0, 8);
        w.Call(Syscall.Execve, w.Text(path), w.Texts([path, .. arguments], string.Join(' ', arguments)), w.Texts(["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "PATH"));
        using var from = input is null ? FileDescriptor.Open("/dev/null", LibC.O_RDONLY) : FileDescriptor.Memory("helper-input", Encoding.UTF8.GetBytes(input));
        // Of a size that stays: one that talks all day fills no memory, and its write fails without harm.
        var said = FileDescriptor.Memory("helper-output", MostSaid);
        try
        {
            return new(Start(w.Build(), new(from, said, said), mustRun: true), said);
        }
        catch
        {
            said.Dispose();
            throw;
        }
    }

    /// <summary>What steps of the caller's open in a process of their own; the last of them returns it.</summary>
    public static FileDescriptor Open(Action<PlanWriter> steps)
    {
        var w = Begin(closeOnExec: false);
        steps(w);
        w.Listener = w.Steps[^1];
        using var nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);
        using var launched = Start(w.Build(), new(nothing, nothing, nothing), mustRun: false);
        launched.ReapInit();
        if (launched.Listener is not { } opened) throw Failure(launched);
        launched.Listener = null;
        return opened;
    }

    /// <summary>Waits for its end; false where it hasn't come.</summary>
    public bool Await(int milliseconds) => _launched.Init is not { } init || Readiness.Await(init, milliseconds);

    /// <summary>Ends it, if it hasn't ended; nothing of it is left then.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!Await(0)) _launched.Kill();
        if (!Await(Patience)) _launched.KillInit();
        _launched.ReapInit();
        _launched.Dispose();
        _said.Dispose();
    }

    private static PlanWriter Begin(bool closeOnExec)
    {
        var w = new PlanWriter { Row = "helper" };
        w.Call(Syscall.Operation("fork", PlanFormat.OperationFork));
        // The launcher's own descriptors would tell of the exec only at the program's end.
        if (closeOnExec) w.Call(Syscall.CloseRange, 3, PlanArgument.Value(0xffffffff, "~0"), PlanArgument.Value(4, "CLOSE_RANGE_CLOEXEC"));
        w.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanFormat.MessageReady, PlanFormat.GateRun);
        return w;
    }

    private static LaunchedSandbox Start(LaunchPlan plan, LaunchStdio stdio, bool mustRun)
    {
        var launched = Launch(plan, stdio);
        if (launched.Running || !mustRun) return launched;
        using (launched)
        {
            launched.ReapInit();
            throw Failure(launched);
        }
    }

    private static LaunchedSandbox Launch(LaunchPlan plan, LaunchStdio stdio)
    {
        try
        {
            return SandboxLauncher.Start(plan, new(), stdio, new PassingGate(), newSession: true, TimeSpan.FromMilliseconds(Patience));
        }
        catch (SandboxException e) when (e.Kind == SandboxErrorKind.OperationTimeout)
        {
            throw new SandboxException("Helper,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"A helper of the launch had not begun within {Patience / 1000} s: {plan.Steps[^1]}.", "The machine is too busy, or what the helper needs hangs: try it again when the machine has less to do (uptime tells its load).");
        }
    }

    private static SandboxException Failure(LaunchedSandbox launched) => launched.Plan.Steps.FirstOrDefault(s => launched.Memory.Result(s) is > PlanFormat.Started and < 0) is { } step
        ? new ErrnoException(step.Call.Name, -launched.Memory.Result(step), step.ToString())
        : new SandboxException("Helper,KILLED", SandboxErrorKind.NotSpecified, "A helper of the launch was killed before it did its work.", "Look for what kills processes on this machine: memory limits, or another program.");

    private sealed class PassingGate : ILaunchGate
    {
        public void MapIdentity(int launcherPid)
        {
        }

        public bool Verify(int targetPid, int initPid, PlanMemory memory) => true;

        public void AfterExec(int targetPid)
        {
        }
    }
}
