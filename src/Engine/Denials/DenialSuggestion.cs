namespace Sandbox.Denials;

/// <summary>What to do next about a denial.</summary>
internal static class DenialSuggestion
{
    public static string For(SeccompDenial denial)
    {
        if (denial.IsLandlock) return ForLandlock(denial);
        if (denial.KnownArchitecture is not { } architecture) return "No policy can allow it: the architecture is unknown.";
        if (denial.Entry is not { } entry) return $"No table has the call {denial.SyscallNumber} of {denial.Architecture}: it can be allowed by a default action only.";
        var listed = architecture == Seccomp.SeccompArchitectures.Native ? "" : $" in a policy with -Architecture {architecture}";
        return $"Allow '{entry.Name}'{listed}: Start-HardenedProcess -AllowSyscall {entry.Name}, or New-SeccompPolicy {entry.Name} -Policy <policy>.";
    }

    private static string ForLandlock(SeccompDenial denial)
    {
        var access = denial.Action[(SeccompDenial.LandlockAction.Length + 1)..^1];
        if (!access.StartsWith("fs.", StringComparison.Ordinal)) return $"The program's Landlock domain doesn't give it '{access}': allow it where the domain is made.";
        var reads = access.Split(',').All(a => a is "fs.read_file" or "fs.read_dir" or "fs.execute");
        return $"Allow the path: Start-HardenedProcess {(reads ? "-ReadOnlyPath" : "-WritablePath")} {denial.Path ?? "<the file's directory>"}, or give '{access}' where the domain is made.";
    }
}
