using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>The filter: the last protection, since it would refuse the calls that set up the others.</summary>
internal static class SeccompSteps
{
    public static void Add(PlanContext c, ReadOnlySpan<byte> filter, bool notifies, string policyName)
    {
        c.Begin("seccomp", e => e.Filtered(policyName), afterExec: true);
        var flags = notifies ? PlanArgument.Value(8, "SECCOMP_FILTER_FLAG_NEW_LISTENER") : PlanArgument.Value(0);
        var step = c.Writer.Call(Syscall.Seccomp, PlanArgument.Value(1, "SECCOMP_SET_MODE_FILTER"), flags, c.Writer.FilterProgram(filter, $"{policyName}, {filter.Length / 8} instructions"));
        if (notifies) c.Writer.Listener = step; // which the reaper sends to us
    }
}
