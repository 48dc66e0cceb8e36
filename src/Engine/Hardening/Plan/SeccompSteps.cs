using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Seccomp;
using Tmds.Linux;

namespace Sandbox.Hardening;

/// <summary>The filter: the last protection, since it would refuse the calls that set up the others.</summary>
internal static class SeccompSteps
{
    private const int NewListener = 8, WaitKillable = 32; // SECCOMP_FILTER_FLAG_*

    // A signal that comes while a call is being answered makes the kernel ask again, and one call would be two denials. Flags are judged
    // before the program, so that a null one tells whether this kernel (5.19 and later) knows the flag.
    private static readonly Lazy<bool> HasWaitKillable = new(() => (long)LibC.syscall(Syscall.Seccomp.Number, 1, NewListener | WaitKillable, 0) < 0 && LibC.errno == Errno.EFAULT);

    public static void Add(PlanContext c, ReadOnlySpan<byte> filter, SeccompFilterFlags asked, string policyName)
    {
        c.Begin("seccomp", e => e.Filtered(policyName), afterExec: true);
        var names = new List<string> { "NEW_LISTENER" };
        var flags = NewListener;
        void Flag(bool set, int bit, string name)
        {
            if (!set) return;
            flags |= bit;
            names.Add(name);
        }

        Flag(HasWaitKillable.Value || asked.HasFlag(SeccompFilterFlags.WaitKillable), WaitKillable, "WAIT_KILLABLE_RECV");
        Flag(asked.HasFlag(SeccompFilterFlags.Log), (int)SeccompFilterFlags.Log, "LOG");
        Flag(asked.HasFlag(SeccompFilterFlags.SpeculationAllow), (int)SeccompFilterFlags.SpeculationAllow, "SPEC_ALLOW");
        // TSYNC is met by itself: the filter is installed while there is one thread.
        c.Writer.Listener = c.Writer.Call( // which the reaper sends to us
            Syscall.Seccomp,
            PlanArgument.Value(1, "SECCOMP_SET_MODE_FILTER"),
            PlanArgument.Value(flags, "SECCOMP_FILTER_FLAG_" + string.Join('|', names)),
            c.Writer.FilterProgram(filter, $"{policyName}, {filter.Length / 8} instructions"));
    }
}
