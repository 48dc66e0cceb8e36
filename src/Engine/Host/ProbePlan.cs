using System.Globalization;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>
/// A trial in a child: a small launch plan whose process can be looked at while it waits, and of which nothing is left afterwards.
/// Our own process never unshares, restricts or filters itself.
/// </summary>
internal sealed class ProbePlan : ILaunchGate
{
    public PlanWriter Writer { get; } = new() { Row = "probe" };

    /// <summary>Writes the id maps of a waiting child.</summary>
    public Action<int>? Map { get; set; }

    /// <summary>Looks at the waiting child; a text says what isn't as it should be.</summary>
    public Func<int, PlanMemory, string?>? Look { get; set; }

    /// <summary>A user namespace with one id: the caller's own, which needs no privilege (user_namespaces(7)).</summary>
    public ProbePlan OwnUser(uint? inside = null)
    {
        var (uid, gid) = ((uint)LibC.geteuid(), (uint)LibC.getegid());
        Writer.Call(Syscall.Unshare, PlanArgument.Value(0x10000000, "CLONE_NEWUSER"));
        WriteFile("/proc/self/setgroups", "deny");
        WriteFile("/proc/self/uid_map", string.Create(CultureInfo.InvariantCulture, $"{inside ?? uid} {uid} 1\n"));
        WriteFile("/proc/self/gid_map", string.Create(CultureInfo.InvariantCulture, $"{inside ?? gid} {gid} 1\n"));
        return this;
    }

    public ProbePlan Unshare(long flag, string name)
    {
        Writer.Call(Syscall.Unshare, PlanArgument.Value(flag, name));
        return this;
    }

    public ProbePlan NoNewPrivileges()
    {
        Writer.Call(Syscall.Prctl, PlanArgument.Value(38, "PR_SET_NO_NEW_PRIVS"), 1, 0, 0, 0);
        return this;
    }

    /// <summary>Waits until <see cref="Map"/> has written the maps.</summary>
    public ProbePlan AwaitMap()
    {
        Writer.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanFormat.MessageMapMe, PlanFormat.GateMapped);
        return this;
    }

    /// <summary>Waits until <see cref="Look"/> has looked.</summary>
    public ProbePlan AwaitLook()
    {
        Writer.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanFormat.MessageReady, PlanFormat.GateRun);
        return this;
    }

    /// <summary>Opens, writes once, closes; as a map is written.</summary>
    public void WriteFile(string path, string text)
    {
        var file = Writer.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), Writer.Text(path), PlanArgument.Value(0x80001, "O_WRONLY|O_CLOEXEC"), 0);
        Writer.CallReturning(text.Length, Syscall.Write, file, Writer.Text(text), text.Length);
        Writer.Call(Syscall.Close, file);
    }

    /// <summary>Runs the plan to its end; null where every step did what it should, else what the first other one did.</summary>
    public ProbeFailure? Run()
    {
        using var nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);
        using var launched = SandboxLauncher.Start(Writer.Build(), new(), new(nothing, nothing, nothing), this, newSession: true);
        launched.ReapInit();
        return _seen ?? ProbeFailure.First(launched.Plan, launched.Memory);
    }

    private ProbeFailure? _seen;

    void ILaunchGate.MapIdentity(int launcherPid) => Map?.Invoke(launcherPid);

    bool ILaunchGate.Verify(int targetPid, int initPid, PlanMemory memory)
    {
        if (Look?.Invoke(targetPid, memory) is { } text) _seen = new(text, 0);
        return _seen is null;
    }

    void ILaunchGate.AfterExec(int targetPid)
    {
    }
}
