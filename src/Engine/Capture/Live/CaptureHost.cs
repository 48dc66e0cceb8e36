using System.Runtime.InteropServices;

namespace Sandbox.Capture;

/// <summary>What captures of this machine say of it.</summary>
internal static class CaptureHost
{
    public static string System { get; } = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}";

    public static CaptureSection Section(string? comment) => new()
    {
        Hardware = Processor(), OperatingSystem = System, Application = $"Sandbox {typeof(CaptureHost).Assembly.GetName().Version?.ToString(3)} (SharpPcap, libpcap)", Comment = comment,
    };

    private static string? Processor()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.OSArchitecture.ToString();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
