using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Host;

/// <summary>A root of one's own and a proc(5) of one's own, seen in the child's mountinfo.</summary>
internal static class FilesystemProbes
{
    private const string Area = "Filesystem";

    public static IEnumerable<HostFeature> All =>
    [
        new("private_root", Area, "No root file system of the target's own: it sees the host's files, kept from them by Landlock only.", TryRoot),
        new("private_proc", Area, "No /proc of the target's own: programs that read /proc fail or see the host's processes.", TryProc),
        new("idmapped_mount", Area, "The target of a root caller can't use files of their owner below writable paths.", IdMappedMountProbe.Try),
    ];

    // Any directory that exists will do: only the child sees what is mounted over it.
    private static string MountPoint => new[] { "/tmp", "/run", "/mnt", "/var" }.First(Directory.Exists);

    private static ProbeResult TryRoot(HostState state)
    {
        var plan = new ProbePlan().OwnUser().Unshare(0x00020000, "CLONE_NEWNS");
        var w = plan.Writer;
        MakePrivate(w);
        w.Call(Syscall.Mount, w.Text("tmpfs"), w.Text(MountPoint), w.Text("tmpfs"), PlanArgument.Value(0x2 | 0x4, "MS_NOSUID|MS_NODEV"), w.Text("mode=0755,size=64k"));
        w.Call(Syscall.Chdir, w.Text(MountPoint));
        w.Call(Syscall.PivotRoot, w.Text("."), w.Text("."));
        w.Call(Syscall.Umount, w.Text("."), PlanArgument.Value(2, "MNT_DETACH"));
        w.Call(Syscall.Chdir, w.Text("/"));
        plan.AwaitLook();
        plan.Look = (pid, _) => MountInfo.Of(pid) is [{ MountPoint: "/", FileSystemType: "tmpfs" }]
            ? null : "/proc/PID/mountinfo still shows the host's mounts";
        return Finish(state, plan, "tmpfs and pivot_root(2); /proc/PID/mountinfo shows the new root and nothing else");
    }

    private static ProbeResult TryProc(HostState state)
    {
        var plan = new ProbePlan().OwnUser().Unshare(0x00020000, "CLONE_NEWNS");
        var w = plan.Writer;
        w.Call(Syscall.Operation("clone", PlanFormat.OperationInit), PlanArgument.Value(0x20000000, "CLONE_NEWPID|CLONE_PARENT"));
        MakePrivate(w);
        w.Call(Syscall.Mount, w.Text("proc"), w.Text("/proc"), w.Text("proc"), PlanArgument.Value(0x2 | 0x4 | 0x8, "MS_NOSUID|MS_NODEV|MS_NOEXEC"), 0);
        w.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text("/proc/1/status"), PlanArgument.Value(0x80000, "O_CLOEXEC"), 0);
        var us = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/status");
        if (Environment.ProcessId > 1) w.CallRefused(Errno.ENOENT, Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(us), PlanArgument.Value(0x80000, "O_CLOEXEC"), 0);
        plan.AwaitLook();
        plan.Look = (pid, _) => MountInfo.Of(pid)[^1] is { MountPoint: "/proc", FileSystemType: "proc" } own && MountInfo.Of(Environment.ProcessId).All(m => m.Device != own.Device)
            ? null : "/proc/PID/mountinfo shows no proc of its own";
        return Finish(state, plan, "proc mounted in own pid and mount namespaces; it shows process 1 and not the caller");
    }

    private static void MakePrivate(PlanWriter w) => w.Call(Syscall.Mount, 0, w.Text("/"), 0, PlanArgument.Value(0x4000 | 0x40000, "MS_REC|MS_PRIVATE"), 0);

    private static ProbeResult Finish(HostState state, ProbePlan plan, string success)
    {
        if (plan.Run() is not { } failure) return ProbeResult.Yes(success);
        // mount_too_revealing (fs/namespace.c): a proc with covered parts can't be mounted anew below a user namespace.
        var masked = failure.Text.Contains("\"proc\"", StringComparison.Ordinal) && failure.Errno == Errno.EPERM;
        return failure.ToResult(masked ? "Parts of /proc are covered here, as in a container: start the container with /proc unmasked (docker: --security-opt systempaths=unconfined)."
            : NamespaceRemedy.For(state, failure, "mount"));
    }
}
