using System.Diagnostics;
using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Cgroups;

public sealed class RunCgroupTests
{
    [Fact]
    public void TheKernelKillsWhatUsesMoreMemory()
    {
        RunCgroup group = Create(32 << 20, null, null, "cgroup_memory");
        try
        {
            // tail keeps the last line, which never ends.
            using Process child = Start("exec tail /dev/zero");
            Assert.False(group.Contains(child.Id));
            group.AddProcess(child.Id);
            Assert.True(group.Contains(child.Id));
            child.StandardInput.WriteLine();
            Assert.True(child.WaitForExit(20_000));
            Assert.Equal(137, child.ExitCode);
            Assert.Equal(1, group.OomKills);
            Assert.InRange(group.PeakMemory!.Value, 16L << 20, 32L << 20);
            Assert.True(group.CpuUsage > TimeSpan.Zero);
        }
        finally
        {
            Assert.Empty(group.Remove());
        }

        Assert.All(group.Directories, d => Assert.False(Directory.Exists(d)));
    }

    [Fact]
    public void TheKernelRefusesOneProcessTooMany()
    {
        RunCgroup group = Create(null, 3, null, "cgroup_pids");
        try
        {
            using Process child = Start("for i in 1 2 3 4 5; do sleep 30 & echo $i; done; wait");
            group.AddProcess(child.Id);
            child.StandardInput.WriteLine();
            string error = child.StandardError.ReadLine() ?? "";
            Assert.Contains("fork", error, StringComparison.OrdinalIgnoreCase);
            Assert.Equal("1", child.StandardOutput.ReadLine());
            Assert.Equal("2", child.StandardOutput.ReadLine());
            Assert.True(group.Kill());
            Assert.Equal("", child.StandardOutput.ReadToEnd());
            Assert.True(child.WaitForExit(5000));
        }
        finally
        {
            group.Kill();
            Assert.Empty(group.Remove());
        }
    }

    [Fact]
    public void TheProcessorShareHolds()
    {
        RunCgroup group = Create(null, null, 0.2, "cgroup_cpu");
        try
        {
            using Process child = Start("while :; do :; done");
            group.AddProcess(child.Id);
            child.StandardInput.WriteLine();
            Thread.Sleep(1000);
            Assert.True(group.Kill());
            Assert.True(child.WaitForExit(5000));
            // A fifth of a second, plus what the shell used and two periods of slack; without the limit it is about one.
            Assert.InRange(group.CpuUsage!.Value.TotalSeconds, 0.02, 0.5);
        }
        finally
        {
            group.Kill();
            Assert.Empty(group.Remove());
        }
    }

    [Fact]
    public void ALimitBelowTheUsersReachIsReadBackExactly()
    {
        RunCgroup? group = RunCgroup.TryCreate(CgroupLayout.Detect(), (64 << 20) + 1, null, null, out var rows);
        SkipUnlessApplied(rows[0]);
        try
        {
            string file = group!.Directories.Select(d => d + "/memory.limit_in_bytes").FirstOrDefault(File.Exists)
                ?? group.Directories.Select(d => d + "/memory.max").First(File.Exists);
            Assert.Equal($"{64 << 20}", File.ReadAllText(file).Trim());
            Assert.Contains($"={64 << 20}", rows[0].Detail);
        }
        finally
        {
            group!.Remove();
        }
    }

    [Fact]
    public void TheHostsSessionListsItsDirectories()
    {
        RunCgroup? group = RunCgroup.TryCreate(CgroupLayout.Detect(), null, null, null, out _);
        Assert.SkipWhen(group is null, "no hierarchy is writable");
        try
        {
            Assert.Contains(Path.GetDirectoryName(group.Directories[0])!, CgroupSession.Host.Directories);
            Assert.All(CgroupSession.Host.Directories, d => Assert.True(Directory.Exists(d)));
        }
        finally
        {
            group.Remove();
        }
    }

    private static RunCgroup Create(long? memory, long? processes, double? share, string row)
    {
        RunCgroup? group = RunCgroup.TryCreate(CgroupLayout.Detect(), memory, processes, share, out var rows);
        SkipUnlessApplied(rows.Single(r => r.Name == row));
        return group!;
    }

    private static void SkipUnlessApplied(HardeningOutcome row)
    {
        if (Environment.UserName != "root")
            Assert.SkipWhen(row.Status != OutcomeStatus.Applied, row.Detail ?? row.Name);
        Assert.True(row.Status == OutcomeStatus.Applied || row.Detail!.Contains("no usable cgroup"), row.Detail);
        Assert.SkipWhen(row.Status != OutcomeStatus.Applied, row.Detail ?? row.Name);
    }

    private static Process Start(string script) => Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read x; " + script])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
