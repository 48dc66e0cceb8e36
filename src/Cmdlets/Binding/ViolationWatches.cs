using Sandbox.Violations;

namespace Sandbox.Cmdlets.Binding;

/// <summary>What the parameters of a watch over violations name.</summary>
internal static class ViolationWatches
{
    public static SandboxViolationWatch Of(IReadOnlyList<WatchedProcess> processes, string cgroupPath, bool all) => new()
    {
        Sandboxes = [.. processes.Select(p => p.Sandbox).OfType<HardenedProcess>().Distinct()],
        ProcessIds = [.. processes.Where(p => p.Sandbox is null).Select(p => p.Id).Distinct()],
        CgroupPath = cgroupPath.Length > 0 ? cgroupPath : null,
        All = all,
    };

    /// <summary>What whoever opened it must know before the first object.</summary>
    public static IEnumerable<string> Warnings(SandboxViolationSession session, SandboxViolationWatch watch)
    {
        if (session.Fallback is { } reason)
        {
            yield return $"Only what the sandbox's own seccomp filter refuses is seen, not what permissions, mounts, Landlock or the network refuse: {reason.Message}";
        }
        else if (session.Source == SandboxViolationSource.Ebpf)
        {
            foreach (HardenedProcess ended in watch.Sandboxes.Where(s => s is { HasExited: true, RecordsViolations: false }))
            {
                yield return $"{ended} had ended before the watch began. Start it with -RecordViolation to see all that was refused to it.";
            }
        }
    }

    /// <summary>What was lost; null where nothing was.</summary>
    public static string? Loss(SandboxViolationSession session)
    {
        string[] parts =
        [
            .. session.Dropped > 0 ? new[] { $"{session.Dropped} violations were lost on the way" } : [],
            .. session.Unfollowed > 0 ? new[] { $"{session.Unfollowed} new processes or threads couldn't be followed" } : [],
        ];
        return parts.Length == 0 ? null : string.Join("; ", parts) + ".";
    }
}
