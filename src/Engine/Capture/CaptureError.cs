using System.Globalization;

namespace Sandbox.Capture;

/// <summary>The errors of reading capture files.</summary>
internal static class CaptureError
{
    public static SandboxException Damaged(string path, long offset, string what) => new(
        "ReadPacket,DAMAGED", SandboxErrorKind.ParserError, string.Create(CultureInfo.InvariantCulture, $"{path}, byte {offset}: {what}"),
        "What comes before that byte is good: the packets before this error are those.");

    public static SandboxException NoCapture(string path, string what) => new(
        "ReadPacket,FORMAT", SandboxErrorKind.ParserError, $"{path}, byte 0: {what}", "Give a pcapng or pcap file, as tcpdump, dumpcap and Start-PacketCapture write them.");

    public static SandboxException Unreadable(string path, Exception inner) => new(
        "ReadPacket,OPEN", inner is UnauthorizedAccessException ? SandboxErrorKind.PermissionDenied : inner is FileNotFoundException or DirectoryNotFoundException ? SandboxErrorKind.ObjectNotFound : SandboxErrorKind.NotSpecified,
        $"{path} can't be read: {inner.Message}", "Check the path and its permissions.", inner);
}
