using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Launch;

/// <summary>What the reaper says about a target's end is exact, and it takes over every orphan.</summary>
public sealed class ReaperTests
{
    [Fact]
    public void Every_exit_status_is_exact()
    {
        for (var status = 0; status < 256; status++)
        {
            var process = Sandboxed.Shell(status % 8 == 0 ? Sandboxed.Strict : Sandboxed.Standard, $"exit {status}");
            Assert.Equal((status, null), (process.ExitCode, process.Signal));
        }
    }

    // Those whose default action is to end the process, and two real-time ones (signal(7)).
    public static TheoryData<int> Signals => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 64];

    [Theory, MemberData(nameof(Signals))]
    public void Every_deadly_signal_is_exact(int signal)
    {
        foreach (var profile in new[] { Sandboxed.Strict, Sandboxed.Standard })
        {
            var process = Sandboxed.Shell(profile, $"kill -{signal} $$; sleep 1; exit 1");
            Assert.Equal((null, signal), (process.ExitCode, process.SignalNumber));
        }

        var name = CProgram.Run("/bin/bash", ["-c", $"kill -l {signal}"]).Output.Trim();
        var named = Sandboxed.Shell(Sandboxed.Standard, $"kill -{signal} $$").Signal;
        if (signal is not (34 or 64 or 16)) Assert.Equal("SIG" + name, named); // those have several names
    }

    [Fact]
    public void Stop_and_ignored_signals_are_no_end()
    {
        foreach (var signal in new[] { "CHLD", "CONT", "URG", "WINCH" })
        {
            Assert.Equal("on\n", Sandboxed.Output(Sandboxed.Shell(Sandboxed.Strict, $"kill -{signal} $$; echo on")));
        }
    }

    [Fact]
    public void The_core_flag_is_the_kernels()
    {
        using var scratch = new ScratchDirectory();
        const string Script = "ulimit -c unlimited && kill -SEGV $$";
        // The same outside tells whether this machine writes cores at all.
        var outside = CProgram.Run("/usr/bin/perl", ["-e", $"chdir '{scratch.Path}'; system('/bin/sh','-c','{Script}'); print $?"]).Output;
        var status = int.Parse(outside, CultureInfo.InvariantCulture);
        Assert.Equal(11, status & 0x7f);
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Standard, "/bin/sh", "-c", Script) with { WorkingDirectory = scratch.Path });
        Assert.Equal((11, (status & 0x80) != 0), (process.SignalNumber, process.CoreDumped));
        Assert.False(Sandboxed.Shell(Sandboxed.Strict, "kill -SEGV $$").CoreDumped);
    }

    [Fact]
    public void Usage_is_the_targets()
    {
        var process = Sandboxed.Run(Sandboxed.Strict, "/usr/bin/python3", "-c", "import time\nb = bytearray(80 << 20)\nwhile time.process_time() < 0.4: pass\n");
        var usage = process.Usage!;
        Assert.InRange((usage.UserTime + usage.SystemTime).TotalSeconds, 0.4, 2);
        Assert.InRange(usage.MaxResidentSetSize, 80L << 20, 200L << 20);
        Assert.True(usage.MinorFaults > 1000);
        var idle = Sandboxed.Run(Sandboxed.Strict, "/bin/sleep", "0.1").Usage!;
        Assert.InRange((idle.UserTime + idle.SystemTime).TotalSeconds, 0, 0.2);
        Assert.InRange(idle.VoluntaryContextSwitches, 1, 1000);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Orphans_are_reaped(bool strict)
    {
        // Twenty grandchildren fall to the reaper and end; none may stay a zombie. The target keeps one zombie of its own: the control.
        const string Program = """
            import os, time
            pids = []
            for i in range(20):
                r, w = os.pipe()
                if os.fork() == 0:
                    p = os.fork()
                    if p == 0: time.sleep(0.05); os._exit(0)
                    os.write(w, str(p).encode()); os._exit(0)
                os.wait(); pids.append(int(os.read(r, 20))); os.close(r); os.close(w)
            own = os.fork()
            if own == 0: os._exit(0)
            time.sleep(0.5)
            state = lambda p: open(f'/proc/{p}/stat').read().split(') ')[1][0]
            print(state(own), [p for p in pids if os.path.exists(f'/proc/{p}') and state(p) == 'Z'])
            """;
        Assert.Equal("Z []\n", Sandboxed.Output(Sandboxed.Run(strict ? Sandboxed.Strict : Sandboxed.Standard, "/usr/bin/python3", "-c", Program)));
    }

    [Fact]
    public void Statuses_are_exact_where_the_host_ignores_SIGCHLD()
    {
        // The kernel reaps the children of such a process by itself and forgets their statuses (sigaction(2)).
        var program = $"$SIG{{CHLD}} = 'IGNORE'; exec '{Environment.ProcessPath}', 'host', 'statuses', '40'";
        var (code, output, error) = CProgram.Run("/usr/bin/perl", ["-e", program]);
        Assert.True(code == 0, error);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i} {i} "), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
