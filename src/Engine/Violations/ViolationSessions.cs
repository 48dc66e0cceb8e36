using Sandbox.Denials;

namespace Sandbox.Violations;

/// <summary>Opens the watch that fits.</summary>
public static class ViolationSessions
{
    /// <summary>
    /// One session over all that is watched. Without the privilege for eBPF, processes of this module are watched by their filters'
    /// listeners; anything else is an error that names what lacks.
    /// </summary>
    public static SandboxViolationSession Open(SandboxViolationWatch watch)
    {
        ArgumentNullException.ThrowIfNull(watch);
        if (watch.Sandboxes.Count + watch.ProcessIds.Count == 0 && watch.CgroupPath is null && !watch.All)
        {
            throw new SandboxException("WatchSandboxViolation,NOTHING", SandboxErrorKind.InvalidOperation, "Nothing is watched.", "Give -Process, -CgroupPath or -All.");
        }

        if (watch.Source == SandboxViolationSource.Notify) return ByNotification(watch, null);
        // What is recorded already is complete, where a probe of now isn't.
        if (RecordedViolationSession.Holds(watch)) return new RecordedViolationSession(watch);
        try
        {
            return EbpfViolationSession.Open(watch);
        }
        catch (SandboxException e) when (watch.Source == SandboxViolationSource.Auto && e.ErrorId.StartsWith("SandboxViolation,", StringComparison.Ordinal) && CanNotify(watch))
        {
            return ByNotification(watch, e);
        }
    }

    private static bool CanNotify(SandboxViolationWatch watch) => watch is { ProcessIds: [], CgroupPath: null, All: false } && watch.Sandboxes.All(NotifyDenialSession.CanFollow);

    private static NotifyViolationSession ByNotification(SandboxViolationWatch watch, SandboxException? inner)
    {
        if (!CanNotify(watch))
        {
            throw new SandboxException("WatchSandboxViolation,NOT_OURS", SandboxErrorKind.InvalidOperation, "Only processes that this session started under a seccomp policy tell of refusals by notification.",
                "Use -Source Ebpf, or start the process with Start-HardenedProcess.", inner);
        }

        return NotifyViolationSession.Open(watch, inner);
    }
}
