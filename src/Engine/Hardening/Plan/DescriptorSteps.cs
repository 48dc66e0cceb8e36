using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>No descriptor above 2 reaches the target unless it was passed on purpose.</summary>
internal static class DescriptorSteps
{
    public static void Add(PlanContext c)
    {
        c.Begin("descriptors", e => e.Descriptors(c.Descriptors.Passed));
        // Closed by the exec and not before: the launcher still needs its own. CLOSE_RANGE_CLOEXEC came with Linux 5.11.
        c.Writer.Call(Syscall.CloseRange, 3, PlanArgument.Value(0xffffffff, "~0"), PlanArgument.Value(4, "CLOSE_RANGE_CLOEXEC"));
        foreach (var fd in c.Descriptors.Passed.Where(fd => fd > 2)) c.Writer.Call(Syscall.Fcntl, fd, PlanArgument.Value(2, "F_SETFD"), 0);
    }
}
