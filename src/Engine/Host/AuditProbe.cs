using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>
/// The read-only multicast group of the audit socket. A bind that succeeds proves nothing (in a network namespace nothing arrives), so a
/// child makes the kernel write one seccomp record, and it has to come.
/// </summary>
internal static class AuditProbe
{
    private const int BoundMilliseconds = 250, SeccompRecord = 1326; // AUDIT_SECCOMP

    public static ProbeResult Try(HostState state)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkSocket.Audit, 1, "AUDIT_NLGRP_READLOG");
            var clock = Stopwatch.StartNew();
            if (WriteRecord(out var pid) is { } failure) return failure.ToResult(SeccompProbes.Remedy(state, failure.Errno, "4.14"));
            return Await(socket.File, pid) ? ProbeResult.Yes(string.Create(CultureInfo.InvariantCulture, $"AUDIT_NLGRP_READLOG delivered the record of a child's call after {clock.ElapsedMilliseconds} ms"))
                : ProbeResult.No($"AUDIT_NLGRP_READLOG was joined, but the record of a child's call didn't arrive within {BoundMilliseconds} ms", 0, Silence(state));
        }
        catch (ErrnoException e)
        {
            return ProbeResult.No(e.Message, e.Errno, e.Errno is Errno.EPERM or Errno.EACCES ? state.Privilege("CAP_AUDIT_READ")
                : $"This kernel ({state.Kernel}) is built without CONFIG_AUDIT; the kernel log is the other source.");
        }
    }

    private static ProbeFailure? WriteRecord(out int pid)
    {
        var plan = new ProbePlan();
        SeccompProbes.Install(plan, 0x7ffc0000); // SECCOMP_RET_LOG
        plan.AwaitLook();
        plan.Writer.Call(Syscall.GetParentPid);
        var seen = 0;
        plan.Look = (child, _) =>
        {
            seen = child;
            return null;
        };
        var failure = plan.Run();
        pid = seen;
        return failure;
    }

    private static unsafe bool Await(FileDescriptor socket, int pid)
    {
        var end = Environment.TickCount64 + BoundMilliseconds;
        var buffer = stackalloc byte[16384];
        var wanted = string.Create(CultureInfo.InvariantCulture, $" pid={pid} ");
        while (end - Environment.TickCount64 is > 0 and var left)
        {
            if (!Readiness.Await(socket, (int)left)) break;
            var length = (int)(long)LibC.recv(socket.Number, buffer, 16384, 0x40); // MSG_DONTWAIT; ENOBUFS only says that others were lost
            if (length < NetlinkSocket.HeaderSize || *(ushort*)(buffer + 4) != SeccompRecord) continue;
            if (Encoding.UTF8.GetString(buffer + NetlinkSocket.HeaderSize, length - NetlinkSocket.HeaderSize).Contains(wanted, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>What to do where the group is joined and nothing arrives.</summary>
    public static string Silence(HostState state)
    {
        if ((state.Read("/proc/cmdline") ?? "").Split(' ').Any(w => w is "audit=0" or "audit=off")) return "The kernel was booted with audit=0: boot without it.";
        if (state.Sysctl("kernel.seccomp.actions_logged") is { } logged && !logged.Split(' ').Contains("log")) return $"sysctl -w kernel.seccomp.actions_logged=\"{logged} log\"";
        return "Records arrive only in the initial network and pid namespaces: run outside of the container, or raise the backlog (auditctl -b 8192) where records are dropped.";
    }
}
