using System.Globalization;
using Sandbox.Native;
using SharpPcap.LibPcap;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>The network namespace and the interface that options mean.</summary>
internal static class CaptureTarget
{
    private const uint Loopback = 1, Up = 2; // PCAP_IF_LOOPBACK, PCAP_IF_UP
    private const string Names = "/run/netns/";

    // What pcap_findalldevs lists besides the interfaces of the namespace.
    private static readonly string[] NoInterfaces = ["any", "nflog", "nfqueue", "bluetooth", "usbmon", "dbus"];

    /// <summary>What it is called in messages.</summary>
    public static string Name(PacketCaptureOptions options) =>
        options.ProcessId is { } id ? string.Create(CultureInfo.InvariantCulture, $"process {id}") : options.NetworkNamespace ?? "this process";

    /// <summary>Opens the namespace; null for the caller's own. Done at once, so that a process which ends meanwhile doesn't matter.</summary>
    public static FileDescriptor? OpenNamespace(PacketCaptureOptions options)
    {
        var path = options.ProcessId is { } id ? string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/ns/net")
            : options.NetworkNamespace is { } given ? given.Contains('/', StringComparison.Ordinal) ? given : Names + given : null;
        if (path is null) return null;
        try
        {
            return FileDescriptor.Open(path, LibC.O_RDONLY);
        }
        catch (SandboxException e)
        {
            throw CaptureFailure.Namespace(Name(options), e);
        }
    }

    public static bool IsLoopback(PcapInterface found) => (found.Flags & Loopback) != 0;

    /// <summary>The interface, in the namespace of the calling thread.</summary>
    public static PcapInterface Find(string? name)
    {
        var all = PcapInterface.GetAllPcapInterfaces();
        var real = all.Where(i => !NoInterfaces.Any(n => i.Name.StartsWith(n, StringComparison.Ordinal))).ToArray();
        if (name is not null) return all.FirstOrDefault(i => i.Name == name) ?? throw CaptureFailure.Missing(name, real.Select(i => i.Name));
        var candidates = real.Where(i => !IsLoopback(i) && (i.Flags & Up) != 0).ToArray();
        if (candidates.Length == 0) candidates = [.. real.Where(IsLoopback)];
        return candidates.Length == 1 ? candidates[0] : throw CaptureFailure.Ambiguous(real.Select(i => i.Name));
    }
}
