using System.Diagnostics;
using Sandbox.Host;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Host;

/// <summary>What a whole report costs and leaves; alone, because other tests' trials would be counted too.</summary>
[Collection(nameof(HostCleanupTests))]
[CollectionDefinition(nameof(HostCleanupTests), DisableParallelization = true)]
public sealed class HostCleanupTests
{
    [Fact]
    public void AllOfThemTakeLessThanASecondAndAHalf()
    {
        var clock = Stopwatch.StartNew();
        foreach (var name in HostReport.Names) HostReport.Probe(name);
        Assert.InRange(clock.ElapsedMilliseconds, 1, 1500);
    }

    [Fact]
    public void NothingOfATrialIsLeft()
    {
        foreach (var name in HostReport.Names) HostReport.Probe(name); // what is made once per process is made now
        var before = State();
        foreach (var name in HostReport.Names) HostReport.Probe(name);
        Assert.Equal(before, State());
    }

    // Namespaces, mounts, children and trial threads of this process, its groups and its notification and bpf descriptors.
    private static string State()
    {
        var namespaces = Directory.GetFiles("/proc/self/ns").Order().Select(f => new FileInfo(f).LinkTarget);
        var children = Directory.GetDirectories("/proc/self/task").SelectMany(t => Read(t + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(p => Read($"/proc/{p}/comm").StartsWith("sandbox-", StringComparison.Ordinal));
        var threads = Directory.GetDirectories("/proc/self/task").Select(t => Read(t + "/comm")).Where(c => c.StartsWith("sandbox-support", StringComparison.Ordinal));
        var (_, groups, _) = CProgram.Run("/usr/bin/find", ["/sys/fs/cgroup", "-name", $"sandbox-support-{Environment.ProcessId}-*"]);
        var descriptors = Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget ?? "").Count(l => l.Contains("sandbox-", StringComparison.Ordinal) || l.Contains("bpf", StringComparison.Ordinal) || l.Contains("seccomp", StringComparison.Ordinal) || l.Contains("kmsg", StringComparison.Ordinal) || l.Contains("/ns/", StringComparison.Ordinal));
        return string.Join('\n', [.. namespaces, .. ProcessState.Mounts(), .. children, .. threads, groups, File.ReadAllText("/proc/self/net/dev").Split('\n').Length, descriptors]);
    }

    // Threads and processes of others come and go meanwhile.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
