using System.Diagnostics;
using System.Globalization;
using Sandbox.Hardening;

namespace Sandbox.Launch;

/// <summary>Writes the id maps of a new user namespace from outside (user_namespaces(7)).</summary>
internal static class IdentityMap
{
    public static void Write(int pid, LaunchIdentity identity, IdentityMode mode)
    {
        if (mode == IdentityMode.Subordinate)
        {
            RunHelper("newuidmap", pid, SubordinateIds.Map("/etc/subuid", identity.CallerUid));
            RunHelper("newgidmap", pid, SubordinateIds.Map("/etc/subgid", identity.CallerGid));
            return;
        }

        WriteFile(pid, "uid_map", $"{identity.InsideUid(mode)} {identity.HostUid(mode)} 1\n");
        WriteFile(pid, "gid_map", $"{identity.InsideGid(mode)} {identity.HostGid(mode)} 1\n");
    }

    private static void WriteFile(int pid, string file, string text)
    {
        try
        {
            File.WriteAllText($"/proc/{pid}/{file}", text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException($"{file},EPERM", SandboxErrorKind.PermissionDenied, $"The {file} of the sandbox's user namespace can't be written: {e.Message}", "This needs CAP_SETUID and CAP_SETGID outside; a container may have taken them away.", e);
        }
    }

    private static void RunHelper(string program, int pid, IReadOnlyList<string> map)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        start.ArgumentList.Add(pid.ToString(CultureInfo.InvariantCulture));
        foreach (var number in map) start.ArgumentList.Add(number);
        try
        {
            using var helper = Process.Start(start)!;
            var error = helper.StandardError.ReadToEnd();
            helper.WaitForExit();
            if (helper.ExitCode != 0) throw new SandboxException($"{program},FAILED", SandboxErrorKind.PermissionDenied, $"{program} refused the map: {error.Trim()}", "Check the caller's lines in /etc/subuid and /etc/subgid.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SandboxException($"{program},ENOENT", SandboxErrorKind.NotInstalled, $"{program} can't be run: {e.Message}", "Install the package uidmap, or use identity Sandbox.", e);
        }
    }
}
