using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>A call of a child that a thread of ours answers through a notification listener (seccomp_unotify(2)).</summary>
internal static class SeccompNotificationProbe
{
    private const int BoundMilliseconds = 500, NotificationSize = 80, ResponseSize = 24;
    private const uint Receive = 0xC0502100, Send = 0xC0182101; // SECCOMP_IOCTL_NOTIF_RECV, _SEND
    private static readonly Syscall GetDescriptor = new("pidfd_getfd", 438, 438);

    public static IEnumerable<HostFeature> All =>
    [
        new("seccomp_notification", SeccompProbes.Area, "Denials aren't seen as they happen: no reports of forbidden calls, no answers by a supervisor.", s => Try(s, 0x8, "SECCOMP_FILTER_FLAG_NEW_LISTENER", "5.6")),
        new("seccomp_wait_killable", SeccompProbes.Area, "A signal can interrupt a call while its notification is answered, and the call is made again.", s => Try(s, 0x8 | 0x20, "NEW_LISTENER|WAIT_KILLABLE_RECV", "5.19")),
    ];

    private static ProbeResult Try(HostState state, int flags, string flagNames, string linux)
    {
        var plan = new ProbePlan();
        var install = SeccompProbes.Install(plan, 0x7fc00000, PlanArgument.Value(flags, flagNames));
        plan.AwaitLook();
        plan.Writer.CallRefused(SeccompProbes.Mark, Syscall.GetParentPid);
        Thread? supervisor = null;
        string? error = null;
        plan.Look = (pid, memory) =>
        {
            var listener = Fetch(pid, memory.Result(install));
            supervisor = new Thread(() => error = Answer(listener, pid)) { IsBackground = true, Name = "sandbox-support-notification" };
            supervisor.Start();
            return null;
        };
        var failure = plan.Run();
        supervisor?.Join();
        if (error is not null) return ProbeResult.No(error, 0, SeccompProbes.Remedy(state, 0, linux));
        return failure is not null ? failure.ToResult(SeccompProbes.Remedy(state, failure.Errno, linux))
            : ProbeResult.Yes($"{flagNames}: a supervisor received a child's getppid(2) and answered it");
    }

    private static FileDescriptor Fetch(int pid, int number)
    {
        using var process = PidFd.TryOpen(pid) ?? throw new ErrnoException("pidfd_open", Errno.ESRCH);
        return new(Check.Result("pidfd_getfd", (int)(long)LibC.syscall(GetDescriptor.Number, process.Number, number, 0)));
    }

    // Where it gives up, closing the listener lets the child's call fail with ENOSYS: nothing waits for ever.
    private static unsafe string? Answer(FileDescriptor listener, int pid)
    {
        using (listener)
        {
            if (!Readiness.Await(listener, BoundMilliseconds)) return $"no notification within {BoundMilliseconds} ms";
            var notification = stackalloc byte[NotificationSize];
            new Span<byte>(notification, NotificationSize).Clear();
            if ((long)LibC.syscall(Syscall.Ioctl.Number, listener.Number, Receive, notification) < 0) return $"SECCOMP_IOCTL_NOTIF_RECV: {Errno.Name(LibC.errno)}";
            var sender = BinaryPrimitives.ReadInt32LittleEndian(new(notification + 8, 4));
            if (sender != pid) return $"the notification is of process {sender} and not of the child {pid}";
            var response = stackalloc byte[ResponseSize]; // id, val, error, flags
            new Span<byte>(response, ResponseSize).Clear();
            new Span<byte>(notification, 8).CopyTo(new(response, 8));
            BinaryPrimitives.WriteInt32LittleEndian(new(response + 16, 4), -SeccompProbes.Mark);
            return (long)LibC.syscall(Syscall.Ioctl.Number, listener.Number, Send, response) < 0 ? $"SECCOMP_IOCTL_NOTIF_SEND: {Errno.Name(LibC.errno)}" : null;
        }
    }
}
