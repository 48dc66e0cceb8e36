using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Host;

/// <summary>Each kind of namespace, made in a child and seen in its /proc/PID/ns while it waits (namespaces(7)).</summary>
internal static class NamespaceProbes
{
    private const string Area = "Namespaces";

    public static IEnumerable<HostFeature> All =>
    [
        Kind("mount", "mnt", 0x00020000, "CLONE_NEWNS", "No private root and no hidden or read-only paths: the target sees the caller's mounts."),
        new("pid_namespace", Area, "The target sees and can signal the caller's processes, and its tree can't be killed as one.", TryPid),
        Kind("ipc", "ipc", 0x08000000, "CLONE_NEWIPC", "The target reaches the host's System V IPC objects and POSIX message queues."),
        Kind("uts", "uts", 0x04000000, "CLONE_NEWUTS", "The target sees the host's name."),
        Kind("network", "net", 0x40000000, "CLONE_NEWNET", "No network isolation: the target has the caller's network or none of its calls."),
        Kind("cgroup", "cgroup", 0x02000000, "CLONE_NEWCGROUP", "The target sees the host's cgroup paths."),
        Kind("time", "time_for_children", 0x00000080, "CLONE_NEWTIME", "The target sees the host's boot time."),
    ];

    private static HostFeature Kind(string name, string file, long flag, string flagName, string lost) =>
        new(name + "_namespace", Area, lost, s => Try(s, p => p.Unshare(flag, flagName), file, name, flagName));

    private static ProbeResult TryPid(HostState state) => Try(
        state,
        p => p.Writer.Call(Syscall.Operation("clone", PlanFormat.OperationInit), PlanArgument.Value(0x20000000, "CLONE_NEWPID|CLONE_PARENT")),
        "pid",
        "pid",
        "CLONE_NEWPID");

    private static ProbeResult Try(HostState state, Action<ProbePlan> make, string file, string kind, string flagName)
    {
        var failure = Run(new ProbePlan().OwnUser(), make, file);
        if (failure is null) return ProbeResult.Yes($"{flagName} in an own user namespace; /proc/PID/ns/{file} differs from the caller's");
        if (!state.HasCapability("CAP_SYS_ADMIN")) return failure.ToResult(NamespaceRemedy.For(state, failure, kind));
        return Run(new ProbePlan(), make, file) is { } second
            ? second.ToResult(NamespaceRemedy.For(state, second, kind))
            : ProbeResult.Yes($"{flagName} without a user namespace, by CAP_SYS_ADMIN; in one: {failure.Text}");
    }

    private static ProbeFailure? Run(ProbePlan plan, Action<ProbePlan> make, string file)
    {
        make(plan);
        plan.AwaitLook();
        plan.Look = (pid, _) => Link(pid.ToString(System.Globalization.CultureInfo.InvariantCulture), file) == Link("self", file) ? $"/proc/PID/ns/{file} is still the caller's" : null;
        return plan.Run();
    }

    private static string Link(string process, string file) =>
        new FileInfo($"/proc/{process}/ns/{file}").LinkTarget ?? throw new SandboxException("ProcNs,ENOENT", SandboxErrorKind.ObjectNotFound, $"/proc/{process}/ns/{file} can't be read.");
}
