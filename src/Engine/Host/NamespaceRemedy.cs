using Sandbox.Hardening;

namespace Sandbox.Host;

/// <summary>Why this machine refuses a namespace, from the settings that distributions and containers use for it.</summary>
internal static class NamespaceRemedy
{
    /// <param name="state">The machine.</param>
    /// <param name="failure">The call that failed.</param>
    /// <param name="kind">The kind: user, mount, pid, …</param>
    public static string? For(HostState state, ProbeFailure failure, string kind)
    {
        if (failure.Errno == 0) return null;
        // A child first needs its user namespace, whatever it was tried for.
        var refused = failure.Text.Contains("CLONE_NEWUSER", StringComparison.Ordinal) ? "user" : kind;
        var remedy = new RemedyTable(state.Read).For(refused + "_namespace", failure.Errno, null);
        return !state.IsFiltered ? remedy
            : $"This process runs under a seccomp filter, as in a container: allow unshare, clone and mount there (docker: --security-opt seccomp=FILE). {remedy}".TrimEnd();
    }
}
