using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sandbox.Bench;

/// <summary>What the results were measured on, without any name of it.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Split('-')[0].Trim();
        return string.Create(CultureInfo.InvariantCulture, $"{processor}, {Environment.ProcessorCount} processors; Linux {kernel}; {RuntimeInformation.FrameworkDescription}; {Version("bwrap")}; {Version("unshare")}; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} when it began");
    }

    private static string Version(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
