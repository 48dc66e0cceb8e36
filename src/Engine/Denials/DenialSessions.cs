namespace Sandbox.Denials;

/// <summary>Opens the watch that fits.</summary>
public static class DenialSessions
{
    /// <summary>One session over all that is watched. A source that can't work is an error that says why and what to do.</summary>
    public static SeccompDenialSession Open(IReadOnlyList<SeccompDenialWatch> watches)
    {
        ArgumentNullException.ThrowIfNull(watches);
        if (watches.Count == 0) throw Bad("NOTHING", "Nothing is watched.", "Give -Process, -CgroupPath, -PidNamespace or -All.");
        var source = watches[0].Source;
        if (source == SeccompDenialSource.Notify || (source == SeccompDenialSource.Auto && watches.All(w => w.Process is { } process && NotifyDenialSession.CanFollow(process))))
        {
            return NotifyDenialSession.Open([.. watches.Select(Sandbox)]);
        }

        if (watches.Count > 1) throw Bad("MANY", "The kernel's records are read for one process, or a cgroup, or a pid namespace, at a time.", "Watch the processes one by one, or use -CgroupPath or -All.");
        return OpenLog(watches[0]);
    }

    /// <summary>A session over what the kernel logs.</summary>
    internal static SeccompDenialSession OpenLog(SeccompDenialWatch watch)
    {
        CheckLogged(watch);
        switch (watch.Source)
        {
            case SeccompDenialSource.Audit: return AuditDenialSession.Open(ProcessScope.For(watch));
            case SeccompDenialSource.Kmsg: return KmsgDenialSession.Open(ProcessScope.For(watch));
        }

        try
        {
            return AuditDenialSession.Open(ProcessScope.For(watch));
        }
        catch (SandboxException audit) when (audit.ErrorId.Contains("AUDIT", StringComparison.Ordinal))
        {
            return OpenKmsg(watch, audit);
        }
    }

    private static KmsgDenialSession OpenKmsg(SeccompDenialWatch watch, SandboxException audit)
    {
        try
        {
            return KmsgDenialSession.Open(ProcessScope.For(watch));
        }
        catch (SandboxException kmsg)
        {
            throw new SandboxException("WatchSeccompDenial,NO_SOURCE", SandboxErrorKind.PermissionDenied, $"No source of denials works here. Audit: {audit.Message} Kmsg: {kmsg.Message}", audit.Remedy, audit);
        }
    }

    // The filter of a run of ours tells our supervisor, and the kernel logs that only where the policy says so: the stream would be empty.
    private static void CheckLogged(SeccompDenialWatch watch)
    {
        if (watch.Process is not { } process || !NotifyDenialSession.CanFollow(process) || process.FilterLogs) return;
        throw Bad("NOT_LOGGED", $"What the filter of {process} refuses is told to this module and not logged by the kernel.", "Use -Source Notify, or start it under a policy with the flag Log.");
    }

    private static HardenedProcess Sandbox(SeccompDenialWatch watch) => watch.Process
        ?? throw Bad("NOT_OURS", $"The process {watch.ProcessId} was not started by this session, so that its filter has no listener here.", "Use -Source Audit, or start it with Start-HardenedProcess.");

    private static SandboxException Bad(string reason, string message, string remedy) => new("WatchSeccompDenial," + reason, SandboxErrorKind.InvalidOperation, message, remedy);
}
