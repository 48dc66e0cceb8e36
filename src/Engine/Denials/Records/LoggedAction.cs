using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>The <c>code=</c> of a record: the filter's return value, of which the kernel logs the action without its data.</summary>
internal static class LoggedAction
{
    private const uint ActionMask = 0xffff_0000, Errno = 0x0005_0000, KillProcess = 0x8000_0000; // SECCOMP_RET_ACTION_FULL, …

    /// <summary>Such as <c>KillProcess</c>, <c>Errno</c>, and <c>Errno(EPERM)</c> where there is data after all.</summary>
    public static string Name(uint code)
    {
        if (code == Errno) return nameof(SeccompAction.Errno);
        var decision = SeccompDecision.FromReturnValue(code);
        // An action that no header has is logged by its value; the kernel treats it as KILL_PROCESS.
        if (decision.Action == SeccompAction.KillProcess && (code & ActionMask) != KillProcess) return code.ToString("x8", CultureInfo.InvariantCulture).Insert(0, "0x");
        return decision.Action == SeccompAction.Trace && decision.Errno == 0 ? nameof(SeccompAction.Trace) : decision.ToString();
    }
}
