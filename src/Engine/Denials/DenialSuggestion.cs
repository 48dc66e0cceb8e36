namespace Sandbox.Denials;

/// <summary>What to do next about a denial.</summary>
internal static class DenialSuggestion
{
    public static string For(SeccompDenial denial)
    {
        if (denial.KnownArchitecture is not { } architecture) return "No policy can allow it: the architecture is unknown.";
        if (denial.Entry is not { } entry) return $"No table has the call {denial.SyscallNumber} of {denial.Architecture}: it can be allowed by a default action only.";
        var listed = architecture == Seccomp.SeccompArchitectures.Native ? "" : $" in a policy with -Architecture {architecture}";
        return $"Allow '{entry.Name}'{listed}: Start-HardenedProcess -AllowSyscall {entry.Name}, or New-SeccompPolicy -Allow {entry.Name}.";
    }
}
