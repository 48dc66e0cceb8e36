using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>A filter in force, and each action that the kernel says it has (seccomp(2)).</summary>
internal static class SeccompProbes
{
    public const string Area = "Seccomp";
    private const uint Allow = 0x7fff0000;

    /// <summary>An errno that getppid(2) never gives by itself.</summary>
    public const int Mark = 77; // EBADFD

    private static readonly (string Name, uint Action, string Linux, string Lost)[] Actions =
    [
        ("kill_process", 0x80000000, "4.14", "A forbidden call can end only the thread that made it."),
        ("kill_thread", 0x00000000, "3.5", "A forbidden call can't end a single thread."),
        ("trap", 0x00030000, "3.5", "A forbidden call can't be turned into SIGSYS."),
        ("errno", 0x00050000, "3.5", "A forbidden call can't be answered with an errno."),
        ("user_notif", 0x7fc00000, "5.0", "Denials can't be observed or answered by a supervisor."),
        ("trace", 0x7ff00000, "3.5", "Forbidden calls can't be handed to a tracer."),
        ("log", 0x7ffc0000, "4.14", "Policies can't be tried out by logging alone."),
        ("allow", Allow, "3.5", "No policy can allow anything."),
    ];

    public static IEnumerable<HostFeature> All =>
    [
        new("seccomp_filter", Area, "No system call can be refused: the whole kernel is open to the target.", TryFilter),
        .. Actions.Select(a => new HostFeature($"seccomp_{a.Name}", Area, a.Lost, s => TryAction(s, a.Action, a.Name, a.Linux))),
        .. SeccompNotificationProbe.All,
    ];

    /// <summary>struct sock_filter code that gives getppid(2) an action and allows the rest.</summary>
    public static byte[] FilterGetParentPid(uint action)
    {
        var code = new byte[32];
        Instruction(0, 0x20, 0, 0, 0); // ld [nr]
        Instruction(1, 0x15, 0, 1, (uint)Syscall.GetParentPid.Number); // jeq
        Instruction(2, 0x06, 0, 0, action); // ret
        Instruction(3, 0x06, 0, 0, Allow);
        return code;

        void Instruction(int index, ushort operation, byte whenTrue, byte whenFalse, uint value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(code.AsSpan(8 * index), operation);
            code[(8 * index) + 2] = whenTrue;
            code[(8 * index) + 3] = whenFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan((8 * index) + 4), value);
        }
    }

    /// <summary>Installs such a filter in the child.</summary>
    public static PlanStep Install(ProbePlan plan, uint action, PlanArgument? flags = null) => plan.NoNewPrivileges().Writer.Call(
        Syscall.Seccomp, PlanArgument.Value(1, "SECCOMP_SET_MODE_FILTER"), flags ?? 0, plan.Writer.FilterProgram(FilterGetParentPid(action), "getppid"));

    private static ProbeResult TryFilter(HostState state)
    {
        var plan = new ProbePlan();
        Install(plan, 0x00050000 | Mark);
        plan.Writer.CallRefused(Mark, Syscall.GetParentPid);
        return plan.Run() is { } failure ? failure.ToResult(Remedy(state, failure.Errno, "3.17"))
            : ProbeResult.Yes("a filter in a child answered getppid(2) with the errno that it was told to");
    }

    private static unsafe ProbeResult TryAction(HostState state, uint action, string name, string linux)
    {
        if ((long)LibC.syscall(Syscall.Seccomp.Number, 2, 0, &action) == 0) return ProbeResult.Yes($"SECCOMP_GET_ACTION_AVAIL knows SECCOMP_RET_{name.ToUpperInvariant()}"); // op 2
        var errno = LibC.errno;
        return ProbeResult.Failed("seccomp(SECCOMP_GET_ACTION_AVAIL)", errno, errno == Errno.EOPNOTSUPP ? state.NeedsKernel(linux) : Remedy(state, errno, "4.14"));
    }

    public static string Remedy(HostState state, int errno, string linux) => errno switch
    {
        Errno.ENOSYS or Errno.EINVAL => $"{state.NeedsKernel(linux)} It must be built with CONFIG_SECCOMP_FILTER.",
        Errno.EBUSY => "A supervisor of this process's own tree, such as a container's, has a notification listener already; only one is possible. Run outside of it.",
        _ => state.IsFiltered ? "A seccomp filter on this process, as in a container, refuses seccomp(2): allow it there." : "A security module (LSM) refuses it; see the kernel log.",
    };
}
