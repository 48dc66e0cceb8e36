using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Runtime;

namespace Sandbox.Bench;

/// <summary>What a live sandbox costs: its reaper's memory, and ours.</summary>
internal static class MemoryBench
{
    private const int Count = 32;

    public static void Run(Report report, Workplace place)
    {
        foreach (var profile in new[] { BuiltInProfiles.Standard, BuiltInProfiles.Strict })
        {
            var request = place.Request(profile, "/usr/bin/sleep") with { Arguments = ["600"] };
            // The first brings what all share: the loop, the tables, the image of the launcher.
            HardenedProcess[] first = [HardenedLauncher.Start(request)];
            var (managed, descriptors) = (GC.GetTotalMemory(forceFullCollection: true), Descriptors());
            var live = Enumerable.Range(0, Count).Select(_ => HardenedLauncher.Start(request)).ToArray();
            var reapers = live.Select(p => ProportionalSize(ParentOf(p.Id))).ToArray();
            var each = (GC.GetTotalMemory(forceFullCollection: true) - managed) / (double)Count;
            report.Memory(profile.Name, Count, reapers.Any(r => r < 0) ? null : reapers.Average(), each, (Descriptors() - descriptors) / (double)Count);
            foreach (var process in live.Concat(first)) process.Stop(TimeSpan.Zero);
        }
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static int ParentOf(int pid) => (int)Number($"/proc/{pid}/status", "PPid:");

    // Bytes; -1 where the kernel doesn't let us look (the reaper is not dumpable).
    private static long ProportionalSize(int pid)
    {
        try
        {
            return Number($"/proc/{pid}/smaps_rollup", "Pss:") * 1024;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return -1;
        }
    }

    private static long Number(string file, string key) =>
        long.Parse(File.ReadLines(file).First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
}
