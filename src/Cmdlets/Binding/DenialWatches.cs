using Sandbox.Denials;

namespace Sandbox.Cmdlets.Binding;

/// <summary>What the parameters of a watch name.</summary>
internal static class DenialWatches
{
    public static SeccompDenialWatch[] Of(IReadOnlyList<WatchedProcess> processes, string cgroupPath, ulong pidNamespace, bool all, SeccompDenialSource source)
    {
        if (cgroupPath.Length > 0) return [new() { CgroupPath = cgroupPath, Source = source }];
        if (pidNamespace != 0) return [new() { PidNamespace = pidNamespace, Source = source }];
        if (all) return [new() { All = true, Source = source }];
        return [.. processes.Select(p => new SeccompDenialWatch { Process = p.Sandbox, ProcessId = p.Id, Source = source })];
    }
}
