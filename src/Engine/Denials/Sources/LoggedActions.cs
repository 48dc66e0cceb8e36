using Sandbox.Host;

namespace Sandbox.Denials;

/// <summary>The actions that this machine logs: the sysctl kernel.seccomp.actions_logged (seccomp(2)).</summary>
internal static class LoggedActions
{
    public const uint Log = 0x7ffc0000, Errno = 0x00050000, Trace = 0x7ff00000; // SECCOMP_RET_*
    private static readonly string[] All = ["kill_process", "kill_thread", "trap", "errno", "user_notif", "trace", "log"];

    /// <summary>The action of a canary: one that hurts nobody and is logged.</summary>
    public static uint ForCanary() => ForCanary(Setting());

    /// <summary>Those that make no record, in words; null where all do.</summary>
    public static string? Missing() => Missing(Setting());

    internal static uint ForCanary(string? setting)
    {
        // Before Linux 4.14 there is no such setting.
        if (setting is null) return Log;
        var actions = setting.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return actions.Contains("log") ? Log : actions.Contains("errno") ? Errno : actions.Contains("trace") ? Trace
            : throw new SandboxException("WatchSeccompDenial,ACTIONS_NOT_LOGGED", SandboxErrorKind.InvalidOperation, $"The kernel is told to log only the actions '{setting}', so most denials make no record.", $"sysctl -w kernel.seccomp.actions_logged=\"{(setting + " errno log").Trim()}\"");
    }

    internal static string? Missing(string? setting)
    {
        var missing = setting is null ? [] : All.Except(setting.Split(' ')).ToArray();
        return missing.Length == 0 ? null : $"kernel.seccomp.actions_logged leaves out {string.Join(", ", missing)}";
    }

    private static string? Setting() => new HostState { CurrentDirectory = "/" }.Sysctl("kernel.seccomp.actions_logged");
}
