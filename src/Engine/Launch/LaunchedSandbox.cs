using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>A sandbox that was set up, or failed to be: its processes by handle, its plan's results, its control socket.</summary>
internal sealed class LaunchedSandbox(LaunchPlan plan, PlanMemory memory, ControlSocket control) : IDisposable
{
    private LaunchPlan? _plan = plan;
    private bool _launcherReaped;

    public LaunchPlan Plan => _plan ?? throw new InvalidOperationException("The plan of a running sandbox isn't kept.");

    public PlanMemory Memory => memory;

    public ControlSocket Control => control;

    public int LauncherPid { get; set; }

    /// <summary>The reaper as our pid namespace sees it: PID 1 of the sandbox, or its subreaper.</summary>
    public int InitPid { get; private set; }

    /// <summary>The reaper's pidfd; readable once the whole tree is gone. Null where it had ended before it could be opened.</summary>
    public FileDescriptor? Init { get; private set; }

    /// <summary>The target as our pid namespace sees it, 0 where it was never reached.</summary>
    public int TargetPid { get; private set; }

    public FileDescriptor? Target { get; private set; }

    /// <summary>The seccomp notification listener.</summary>
    public FileDescriptor? Listener { get; set; }

    /// <summary>Whether the target has executed its program.</summary>
    public bool Running { get; set; }

    /// <summary>The last step is the exec: what it left is Started when it never returned.</summary>
    public bool ExecSucceeded => memory.Result(Plan.Steps[^1]) == PlanFormat.Started;

    /// <summary>Whether whoever must answer the filter's notifications has their listener; without one every such call fails with ENOSYS.</summary>
    public bool Supervisable => Plan.Listener is not { } step || memory.Result(step) < 0 || Listener is not null;

    /// <summary>Finds the reaper; the launcher, where it has handed over to PID 1, is reaped.</summary>
    public void AdoptInit()
    {
        if (Init is not null || LauncherPid == 0) return;
        var init = memory.InitPid;
        if (init == 0)
        {
            InitPid = LauncherPid;
        }
        else
        {
            InitPid = init;
            ReapLauncher();
        }

        Init ??= PidFd.TryOpen(InitPid);
    }

    public void AdoptTarget(int pid)
    {
        TargetPid = pid;
        Target = PidFd.TryOpen(pid);
    }

    /// <summary>Lets go of the plan: a sandbox that runs has no more use for its hundreds of steps.</summary>
    public void ForgetPlan()
    {
        _plan = null;
        memory.ReleaseSteps();
    }

    /// <summary>Lets the reaper reap the target: everything that its /proc entry shows has been read.</summary>
    public void Acknowledge()
    {
        memory.OpenGate(Running ? PlanFormat.GateVerified : PlanFormat.GateAbort);
        control.Send(PlanFormat.MessageVerified);
    }

    /// <summary>
    /// Kills the target; its reaper then ends, and with it the rest of the tree. The reaper itself is left to record the
    /// target's status and usage; <see cref="KillInit"/> is for a reaper that doesn't end by itself.
    /// </summary>
    public void Kill()
    {
        if (Target is { } target) PidFd.Signal(target, 9);
        else control.Send(PlanFormat.MessageKill);
    }

    /// <summary>
    /// Kills a target that its reaper has left behind, and waits for its end; true where it ended by this. In a pid namespace the
    /// kernel has done it already.
    /// </summary>
    public bool KillOrphan(TimeSpan wait)
    {
        if (Memory.InitPid != 0) return true;
        return Target is { } target && PidFd.Signal(target, 9) && Readiness.Await(target, (int)wait.TotalMilliseconds);
    }

    /// <summary>Kills the reaper: the end of a pid namespace's PID 1 is the end of every process in it.</summary>
    public void KillInit()
    {
        if (Init is { } init) PidFd.Signal(init, 9);
    }

    /// <summary>Ends a failed launch: nothing of it is left when this returns.</summary>
    public void Abort()
    {
        memory.OpenGate(PlanFormat.GateAbort);
        try
        {
            AdoptInit();
            if (Init is { } init && memory.InitPid != 0) PidFd.Signal(init, 9);
            if (Target is { } target) PidFd.Signal(target, 9); // one that hangs behind its gate would keep its reaper
            control.Dispose();
            ReapInit();
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Waits for the reaper to end and reaps it.</summary>
    public void ReapInit()
    {
        if (InitPid != 0 && !(InitPid == LauncherPid && _launcherReaped)) Wait.Reap(InitPid);
        if (InitPid == LauncherPid) _launcherReaped = true;
        ReapLauncher();
        InitPid = 0;
    }

    public void Dispose()
    {
        control.Dispose();
        Init?.Dispose();
        Target?.Dispose();
        Listener?.Dispose();
        memory.Dispose();
    }

    private void ReapLauncher()
    {
        if (_launcherReaped || LauncherPid == 0) return;
        _launcherReaped = true;
        Wait.Reap(LauncherPid);
    }
}
