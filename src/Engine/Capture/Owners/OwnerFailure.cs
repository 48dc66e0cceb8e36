using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Capture;

/// <summary>Why the owners of sockets can't be told, and what to do.</summary>
internal static class OwnerFailure
{
    private const string InitialPids = "pid:[4026531836]"; // PROC_PID_INIT_INO of linux/proc_ns.h
    private static readonly string[] Needed = ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"];

    /// <summary>Refuses where it is known beforehand.</summary>
    public static void Check()
    {
        // The kernel's events have the numbers of the initial namespace; what they would be in another isn't told.
        var own = ReadLink("/proc/self/ns/pid");
        if (own != InitialPids)
        {
            throw new SandboxException("PacketCapture,PID_NAMESPACE", SandboxErrorKind.InvalidOperation, $"Process attribution isn't possible in a pid namespace of its own ({own ?? "/proc can't be read"}): the kernel tells process ids of the host.",
                "Capture on the host, with -NetworkNamespace or -Process; or without -ProcessAttribution.");
        }

        var state = new HostState { CurrentDirectory = "/" };
        var missing = state.HasCapability("CAP_SYS_ADMIN") ? [] : Needed.Where(c => !state.HasCapability(c)).ToArray();
        if (missing.Length > 0)
        {
            throw new SandboxException("PacketCapture,ATTRIBUTION_PRIVILEGE", SandboxErrorKind.PermissionDenied, $"Process attribution needs {string.Join(", ", missing)}.",
                $"Run as root, or grant {string.Join(", ", missing)}; or capture without -ProcessAttribution.");
        }
    }

    public static SandboxException Start(SandboxException inner) => new("PacketCapture,ATTRIBUTION", inner.Kind, $"Process attribution can't start: {inner.Message}",
        $"{(inner.Remedy is { } remedy ? remedy + " Or capture" : "Capture")} without -ProcessAttribution.", inner);

    public static SandboxException NoCgroups(Exception? inner) => new("PacketCapture,NO_CGROUP2", SandboxErrorKind.NotInstalled, $"Process attribution needs a mounted cgroup file system of version 2{(inner is null ? "" : ": " + inner.Message)}.",
        "Mount it: mount -t cgroup2 none /sys/fs/cgroup/unified; or capture without -ProcessAttribution.", inner);

    public static SandboxException NoCookie() => new("PacketCapture,ATTRIBUTION", SandboxErrorKind.NotInstalled, "Process attribution needs a kernel that numbers network namespaces, since Linux 5.14.", "Capture without -ProcessAttribution.");

    private static string? ReadLink(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false) is { } target ? Path.GetFileName(target.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
