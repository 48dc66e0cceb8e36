using System.Diagnostics;
using System.Globalization;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Lifecycle;

/// <summary>SIGKILL of the hosting process, at any moment: nothing of its sandboxes survives.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class HostKilledTests
{
    [Fact]
    public void No_process_mount_or_cgroup_stays()
    {
        var mounts = ProcessState.Mounts();
        var cgroups = Cgroups();
        var launched = 0;
        for (var round = 0; round < 12; round++)
        {
            var marker = $"{50_000 + (Environment.ProcessId % 1000)}.{round:00}7";
            using var host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["host", "endless", "3", marker]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var pids = new List<int>();
            host.OutputDataReceived += (_, line) =>
            {
                if (int.TryParse(line.Data, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) lock (pids) pids.Add(pid);
            };
            host.BeginOutputReadLine();
            // The first kills come while the first launches are being set up; the later ones among many that run.
            Assert.True(ProcessState.Eventually(() => { lock (pids) return pids.Count >= round; }, 20_000), "the host launches nothing");
            Thread.Sleep(Random.Shared.Next(0, 40));
            host.Kill();
            host.WaitForExit();
            lock (pids) launched += pids.Count;
            Assert.True(ProcessState.Eventually(() => ProcessState.WithCommandLine(marker).Length == 0), "survivors: " + string.Join("; ", ProcessState.WithCommandLine(marker).Select(p => ProcessState.TryRead($"/proc/{p}/cmdline").Replace('\0', ' '))));
            Assert.True(ProcessState.Eventually(() => !Launchers().Any()), "launchers: " + string.Join("; ", Launchers()));
        }

        Assert.True(launched > 50, $"only {launched} launches");
        Assert.Equal(mounts, ProcessState.Mounts());
        Assert.True(ProcessState.Eventually(() => !Cgroups().Except(cgroups).Any()), string.Join(' ', Cgroups().Except(cgroups)));
    }

    // Orphans of a dead host fall to the nearest subreaper or to PID 1 of the machine, never to a process of ours that lives on.
    private static IEnumerable<string> Launchers() => Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _))
        .Where(d => ProcessState.TryRead(d + "/cmdline").StartsWith("sandbox-launcher", StringComparison.Ordinal))
        .Where(d => ProcessState.TryRead(d + "/stat") is var s && s.Length > 0 && s[(s.LastIndexOf(')') + 2)..].Split(' ')[1] == "1")
        .Select(d => d + " " + ProcessState.TryRead(d + "/stat"));

    // Groups are named after the process that made them; those of others that live are no concern of this test.
    private static string[] Cgroups() => Directory.Exists("/sys/fs/cgroup")
        ? [.. Directory.EnumerateDirectories("/sys/fs/cgroup", "sandbox-*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(d => !Directory.Exists("/proc/" + Path.GetFileName(d).Split('-')[1]))] : [];
}
