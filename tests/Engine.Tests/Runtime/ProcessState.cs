using System.Globalization;

namespace Sandbox.Tests.Runtime;

/// <summary>What /proc says about this process.</summary>
internal static class ProcessState
{
    // Named network namespaces, and the file systems of a test's scratch directory.
    private static readonly string[] Others = ["/run/netns", Path.GetTempPath()];

    public static string Status(string key) => Status("/proc/self/status", key);

    public static string Status(string file, string key) => File.ReadLines(file).First(l => l.StartsWith(key + ":", StringComparison.Ordinal))[(key.Length + 1)..].Trim();

    /// <summary>The open descriptors with what they are; that of the listing itself and the runtime's own files left out.</summary>
    public static string[] Descriptors() => [.. Directory.GetFiles("/proc/self/fd")
        .Select(f => (Name: Path.GetFileName(f), Target: new FileInfo(f).LinkTarget)).Where(f => f.Target is not null && !f.Target.EndsWith(".dll", StringComparison.Ordinal))
        .OrderBy(f => int.Parse(f.Name, CultureInfo.InvariantCulture)).Select(f => $"{f.Name} {f.Target}")];

    /// <summary>Those that were not open before.</summary>
    public static string[] NewDescriptors(string[] before) => [.. Descriptors().Except(before)];

    public static string[] ThreadNames() => [.. Directory.GetDirectories("/proc/self/task").Select(t => TryRead(t + "/comm").Trim()).Order(StringComparer.Ordinal)];

    /// <summary>Whether the engine's own thread (its name cut to 15 characters) has ended.</summary>
    public static bool NoEventLoop() => !ThreadNames().Contains("Sandbox.EventLo");

    /// <summary>Children of any thread of ours, zombies included.</summary>
    public static int[] Children() => [.. Directory.GetDirectories("/proc/self/task").SelectMany(t => TryRead(t + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(p => int.Parse(p, CultureInfo.InvariantCulture))];

    /// <summary>The mounts, but for those of tests that run at the same time.</summary>
    public static string[] Mounts() => [.. File.ReadAllLines("/proc/self/mountinfo").Where(l => !Others.Any(o => l.Split(' ')[4].StartsWith(o, StringComparison.Ordinal)))];

    /// <summary>Every process whose command line holds a text, but for this one.</summary>
    public static int[] WithCommandLine(string text) => [.. Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && pid != Environment.ProcessId && TryRead($"/proc/{pid}/cmdline").Contains(text, StringComparison.Ordinal))];

    /// <summary>Waits for something that follows from an end a moment later.</summary>
    public static bool Eventually(Func<bool> holds, int milliseconds = 20_000)
    {
        for (var end = Environment.TickCount64 + milliseconds; Environment.TickCount64 < end; Thread.Sleep(5))
        {
            if (holds()) return true;
        }

        return holds();
    }

    public static string TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
