using System.Diagnostics;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Escapes;

/// <summary>Programs that take all they can get.</summary>
public sealed class ResourceEscapeTests
{
    [Fact]
    public void A_fork_bomb_ends_with_its_time_limit_and_nothing_survives()
    {
        var marker = $"bomb{Random.Shared.Next()}";
        var watch = Stopwatch.StartNew();
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict with { Timeout = 1, ResourceLimits = new Dictionary<string, string> { ["nproc"] = "200" } }, "/usr/bin/python3", "-c", "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", marker));
        Assert.True(process.TimedOut);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 60);
        Assert.Empty(ProcessState.WithCommandLine(marker));
    }

    [Fact]
    public void The_process_limit_holds_for_the_tree()
    {
        const string Program = "import os,time\nn=0\nwhile n<100:\n  try:\n    if os.fork()==0: time.sleep(60); os._exit(0)\n    n+=1\n  except OSError: break\nprint(n)";
        Assert.Equal("100\n", Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict, "/usr/bin/python3", "-c", Program)));
        Assert.InRange(int.Parse(Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict with { ProcessLimit = 20 }, "/usr/bin/python3", "-c", Program))), 10, 20);
    }

    [Fact]
    public void A_memory_bomb_meets_its_limit_and_is_told_apart()
    {
        const string Program = "b=[]\nwhile True: b.append(bytearray(8<<20))";
        var process = Sandboxed.Run(Sandboxed.Strict with { MemoryLimit = 256 << 20, Timeout = 30 }, "/usr/bin/python3", "-c", Program);
        Assert.False(process.TimedOut);
        if (Sandboxed.Row(process.Outcome, "cgroup_memory").Status == OutcomeStatus.Applied) Assert.Equal((true, "SIGKILL"), (process.OutOfMemory, process.Signal));
        else Assert.Contains("MemoryError", process.StandardError, StringComparison.Ordinal);
    }

    [Theory, InlineData("/tmp"), InlineData("/dev/shm")]
    public void A_private_tmpfs_fills_at_its_own_size(string place)
    {
        var process = Sandboxed.Shell(Sandboxed.Strict with { TmpfsSize = 1 << 20 }, $"dd if=/dev/zero of={place}/fill bs=64k count=1000 2>&1; stat -c %s {place}/fill");
        Assert.Contains("No space left", process.StandardOutput, StringComparison.Ordinal);
        Assert.EndsWith("1048576\n", process.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_itself_holds_nothing_more() =>
        Assert.NotEqual(0, Sandboxed.Shell(Sandboxed.Strict, "dd if=/dev/zero of=/fill bs=1k count=1 2>/dev/null").ExitCode);

    [Fact]
    public void Files_and_descriptors_meet_their_limits()
    {
        using var scratch = new ScratchDirectory();
        var limits = new Dictionary<string, string> { ["fsize"] = "100000", ["nofile"] = "64", ["core"] = "0" };
        var request = Sandboxed.Request(Sandboxed.Strict with { ResourceLimits = limits }, "/usr/bin/python3", "-c", "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nf=[]\ntry:\n  while True: f.append(open('/dev/null'))\nexcept OSError as e: print(e.errno, len(f)+3)\ndel f\ntry: open('big','wb',0).write(b'x'*100000) and open('big','ab',0).write(b'x')\nexcept OSError as e: print(e.errno)");
        var process = Sandboxed.Run(request with { WorkingDirectory = scratch.Path });
        Assert.Equal("24 64\n27\n", Sandboxed.Output(process));
        Assert.Equal(100_000, new FileInfo(scratch.At("big")).Length);
    }

    [Fact]
    public void A_busy_loop_that_ignores_SIGXCPU_ends()
    {
        var process = Sandboxed.Shell(Sandboxed.Strict with { ResourceLimits = new Dictionary<string, string> { ["cpu"] = "1" } }, "trap '' XCPU TERM; while :; do :; done");
        Assert.Equal("SIGKILL", process.Signal);
        Assert.False(process.TimedOut);
    }

    [Fact]
    public void Endless_output_is_bounded_and_counted()
    {
        var process = Sandboxed.Shell(Sandboxed.Strict with { OutputLimit = 64 << 10 }, "echo first; head -c 20000000 /dev/zero | tr '\\0' x; echo; echo last");
        var kept = process.GetStandardOutputBytes().Length;
        Assert.True(process.OutputTruncated);
        Assert.StartsWith("first\n", process.StandardOutput, StringComparison.Ordinal);
        Assert.EndsWith("\nlast\n", process.StandardOutput, StringComparison.Ordinal);
        Assert.InRange(kept, 1 << 10, 66 << 10);
        Assert.InRange(process.DroppedOutputBytes, 20_000_012 - (66 << 10), 20_000_012);
    }
}
