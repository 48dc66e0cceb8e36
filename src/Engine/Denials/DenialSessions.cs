namespace Sandbox.Denials;

/// <summary>Opens the watch that fits.</summary>
public static class DenialSessions
{
    /// <summary>One session over all that is watched.</summary>
    public static SeccompDenialSession Open(IReadOnlyList<SeccompDenialWatch> watches)
    {
        ArgumentNullException.ThrowIfNull(watches);
        return NotifyDenialSession.Open([.. watches.Select(w => w.Process!)]);
    }

    /// <summary>A session over what the kernel logs of a process.</summary>
    internal static SeccompDenialSession OpenLog(SeccompDenialWatch watch) => Open([watch with { Source = SeccompDenialSource.Audit }]);
}
