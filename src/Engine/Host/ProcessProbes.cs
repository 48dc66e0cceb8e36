using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>What the launch engine needs of processes and descriptors, each tried with a child.</summary>
internal static class ProcessProbes
{
    private const string Area = "Process";
    private const int BoundMilliseconds = 500;

    // How the launcher ends where it is started without a plan.
    private const int LauncherUsage = 120;

    private static readonly Syscall WaitId = new("waitid", 247, 95);

    public static IEnumerable<HostFeature> All =>
    [
        new("memfd_exec", Area, "The launcher is executed from a file without a name in the temporary directory, which must not be mounted noexec.", TryMemfd),
        new("pidfd", Area, "Sandboxes can't be started: processes could only be named by pids that others may get.", TryPidFd),
        new("close_range", Area, "Sandboxes can't be started: descriptors of the caller could stay open in the target.", TryCloseRange),
        new("no_new_privs", Area, "Set-user-ID programs keep their effect in the target; without root no filter and no Landlock.", TryNoNewPrivileges),
        new("memory_deny_write_execute", Area, "MemoryDenyWriteExecute can't be enforced.", TryMdwe),
    ];

    private static ProbeResult TryMemfd(HostState state)
    {
        var noexec = state.Sysctl("vm.memfd_noexec");
        var remedy = noexec is "1" or "2" ? $"sysctl -w vm.memfd_noexec=0 (it is {noexec})" : "A security module (LSM) refuses it; see the kernel log.";
        try
        {
            using var image = Memfd();
            var (code, status) = Execute(image);
            return code == 1 && status == LauncherUsage ? ProbeResult.Yes($"the launcher ran from a memfd{(noexec is null ? "" : $"; vm.memfd_noexec is {noexec}")}")
                : ProbeResult.No($"the launcher from a memfd ended with code {code} and status {status}", 0, remedy);
        }
        catch (ErrnoException e)
        {
            return ProbeResult.No(e.Message, e.Errno, e.Errno == Errno.ENOSYS ? state.NeedsKernel("3.17") : remedy);
        }
    }

    private static ProbeResult TryPidFd(HostState state)
    {
        try
        {
            using var image = LauncherImage.Instance.DuplicateAbove(3);
            var (code, status) = Execute(image);
            return code == 1 && status == LauncherUsage ? ProbeResult.Yes($"waitid(P_PIDFD) gave a child's exit status, {status}") : ProbeResult.No($"waitid(P_PIDFD) gave code {code} and status {status}", 0, null);
        }
        catch (ErrnoException e)
        {
            return ProbeResult.No(e.Message, e.Errno, e.Errno == Errno.ENOSYS ? state.NeedsKernel("5.4") : "A seccomp filter on this process, as in a container, may refuse it: allow pidfd_open and waitid.");
        }
    }

    private static ProbeResult TryCloseRange(HostState state)
    {
        var plan = new ProbePlan();
        var w = plan.Writer;
        var file = w.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text("/dev/null"), 0, 0);
        w.Call(Syscall.CloseRange, file, file, PlanArgument.Value(4, "CLOSE_RANGE_CLOEXEC"));
        w.CallReturning(1, Syscall.Fcntl, file, PlanArgument.Value(1, "F_GETFD"), 0);
        w.Call(Syscall.CloseRange, file, file, 0);
        w.CallRefused(Errno.EBADF, Syscall.Fcntl, file, PlanArgument.Value(1, "F_GETFD"), 0);
        return plan.Run() is { } failure ? failure.ToResult(failure.Errno is Errno.ENOSYS or Errno.EINVAL ? state.NeedsKernel("5.11") : "A seccomp filter on this process may refuse it: allow close_range.")
            : ProbeResult.Yes("a child made a descriptor close-on-exec by it and closed it; the descriptor is gone");
    }

    private static ProbeResult TryNoNewPrivileges(HostState state)
    {
        var plan = new ProbePlan().NoNewPrivileges();
        plan.Writer.CallReturning(1, Syscall.Prctl, PlanArgument.Value(39, "PR_GET_NO_NEW_PRIVS"), 0, 0, 0, 0);
        return plan.Run() is { } failure ? failure.ToResult(state.NeedsKernel("3.5")) : ProbeResult.Yes("a child set it and read it back");
    }

    private static ProbeResult TryMdwe(HostState state)
    {
        var plan = new ProbePlan();
        plan.Writer.Call(Syscall.Prctl, PlanArgument.Value(65, "PR_SET_MDWE"), PlanArgument.Value(1, "PR_MDWE_REFUSE_EXEC_GAIN"), 0, 0, 0);
        plan.Writer.CallReturning(1, Syscall.Prctl, PlanArgument.Value(66, "PR_GET_MDWE"), 0, 0, 0, 0);
        return plan.Run() is { } failure ? failure.ToResult(state.NeedsKernel("6.3")) : ProbeResult.Yes("a child set it and read it back");
    }

    private static unsafe FileDescriptor Memfd()
    {
        using var image = LauncherImage.Instance.DuplicateAbove(3);
        var bytes = File.ReadAllBytes($"/proc/self/fd/{image.Number}");
        fixed (byte* name = "sandbox-support\0"u8)
        fixed (byte* at = bytes)
        {
            var fd = LibC.memfd_create(name, 1 | 0x10); // MFD_CLOEXEC|MFD_EXEC
            if (fd < 0 && LibC.errno == Errno.EINVAL) fd = LibC.memfd_create(name, 1); // before Linux 6.3
            var written = new FileDescriptor(Check.Result("memfd_create", fd));
            Check.Result("write", (long)LibC.write(fd, at, bytes.Length));
            return written;
        }
    }

    // The child gets no plan and ends at once; the wait is bounded all the same.
    private static unsafe (int Code, int Status) Execute(FileDescriptor image)
    {
        var pid = PosixSpawn.Start($"/proc/self/fd/{image.Number}", ["sandbox-launcher"], [], newSession: true);
        FileDescriptor? child = null;
        try
        {
            child = PidFd.TryOpen(pid) ?? throw new ErrnoException("pidfd_open", Errno.ESRCH);
            if (!Readiness.Await(child, BoundMilliseconds))
            {
                PidFd.Signal(child, 9);
                throw new ErrnoException("poll", Errno.ETIMEDOUT, "of a pidfd");
            }

            var info = stackalloc byte[128]; // siginfo_t: si_code at 8, si_status at 24
            new Span<byte>(info, 128).Clear();
            Check.Result("waitid", (int)(long)LibC.syscall(WaitId.Number, 3, child.Number, info, 4, 0), "P_PIDFD"); // P_PIDFD, WEXITED
            return (BinaryPrimitives.ReadInt32LittleEndian(new(info + 8, 4)), BinaryPrimitives.ReadInt32LittleEndian(new(info + 24, 4)));
        }
        catch (ErrnoException)
        {
            Wait.Reap(pid);
            throw;
        }
        finally
        {
            child?.Dispose();
        }
    }
}
