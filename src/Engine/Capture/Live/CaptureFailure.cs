using SharpPcap;

namespace Sandbox.Capture;

/// <summary>The errors of live captures.</summary>
internal static class CaptureFailure
{
    private const string Privilege = "Run as root, or with the capabilities CAP_NET_RAW and, for another network namespace, CAP_SYS_ADMIN.";

    public static SandboxException Start(string name, string why) =>
        new("PacketCapture,START", SandboxErrorKind.ResourceUnavailable, $"Capturing on {name} can't start: {why}", "Check the interface with 'ip link', and make -BufferSize smaller if memory is short.");

    public static SandboxException Start(string name, PcapError error, string why) => error switch
    {
        PcapError.PermissionDenied or PcapError.PromiscuousPermissionDenied => new("PacketCapture,PRIVILEGE", SandboxErrorKind.PermissionDenied, $"Capturing on {name} is refused: {why}", Privilege),
        PcapError.InterfaceNotUp => new("PacketCapture,INTERFACE_DOWN", SandboxErrorKind.InvalidOperation, $"The interface {name} is down.", $"Bring it up: ip link set {name} up"),
        PcapError.NoSuchDevice => Missing(name, []),
        _ => Start(name, why),
    };

    public static SandboxException Missing(string name, IEnumerable<string> there) =>
        new("PacketCapture,NO_INTERFACE", SandboxErrorKind.ObjectNotFound, $"There is no interface {name} in the network namespace.", $"Name one of these: {string.Join(", ", there)}.");

    public static SandboxException Ambiguous(IEnumerable<string> there) =>
        new("PacketCapture,WHICH_INTERFACE", SandboxErrorKind.InvalidArgument, "The network namespace has more than one interface.", $"Name one with -Interface: {string.Join(", ", there)}.");

    public static SandboxException Filter(string filter, string why) =>
        new("PacketCapture,FILTER", SandboxErrorKind.InvalidArgument, $"-Filter '{filter}': {why}", "Filters are in the language of pcap-filter(7), such as 'tcp port 443 and host 10.0.0.1'.");

    public static SandboxException Broken(string name, string why) =>
        new("PacketCapture,INTERFACE_GONE", SandboxErrorKind.ResourceUnavailable, $"Capturing on {name} ended: {why}", "The file holds the packets up to then. Start another capture when the interface is there again.");

    public static SandboxException View(string why, string? remedy = null) =>
        new("PacketCapture,VIEW", SandboxErrorKind.InvalidOperation, $"The capture can't have this view: {why}.", remedy ?? "Start the sandbox with -Network Nat, or use -View Child.");

    /// <summary>Whatever ended a capture.</summary>
    public static SandboxException Of(string name, Exception e) =>
        e as SandboxException ?? new("PacketCapture,FAILED", e is UnauthorizedAccessException ? SandboxErrorKind.PermissionDenied : SandboxErrorKind.NotSpecified, $"Capturing on {name} ended: {e.Message}", inner: e);

    public static SandboxException Namespace(string what, Exception inner) =>
        new("PacketCapture,NAMESPACE", inner is SandboxException known ? known.Kind : SandboxErrorKind.ObjectNotFound, $"The network namespace of {what} can't be entered: {inner.Message}", Privilege, inner);

    public static SandboxException NoLibrary(Exception inner) =>
        new("PacketCapture,NO_LIBPCAP", SandboxErrorKind.NotInstalled, "libpcap is not installed.", "Install it: apt-get install libpcap0.8", inner);
}
