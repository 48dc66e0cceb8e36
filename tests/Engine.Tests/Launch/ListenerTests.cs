using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Launch;

/// <summary>The notification listener reaches the engine whatever the filter refuses.</summary>
public sealed class ListenerTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    [Fact]
    public void A_filter_that_allows_only_exec_and_exit_still_hands_over()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "the program is in x64 assembly");
        _scratch.Write("tiny.s", "\t.globl _start\n_start:\n\tmov $39, %eax\n\tsyscall\n\tneg %eax\n\tmov %eax, %edi\n\tmov $231, %eax\n\tsyscall\n"); // exit(-getpid())
        Assert.Equal(0, CProgram.Run("/bin/sh", ["-c", $"cd {_scratch.Path} && as -o tiny.o tiny.s && ld -o tiny tiny.o"]).Code);
        var policy = new SeccompPolicy("only exec", SeccompAction.Errno, [new(["execve", "exit_group"], SeccompAction.Allow)], 77);
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, _scratch.At("tiny")) with { SeccompPolicy = policy });
        Assert.Equal((77, HardeningLevel.Full), (process.ExitCode, process.Level));
        var denial = Assert.Single(process.Denials);
        Assert.Equal(("getpid", 1L), (denial.Syscall, denial.Count));
    }

    [Fact]
    public void A_filter_that_refuses_execve_is_an_exec_failure_with_its_errno()
    {
        var policy = new SeccompPolicy("no exec", SeccompAction.Allow, [new(["execve"], SeccompAction.Errno, 13)]);
        var error = Assert.Throws<HardeningException>(() => Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/true") with { SeccompPolicy = policy }));
        Assert.Equal("execve,EACCES", error.ErrorId);
        Assert.NotNull(error.Remedy);
        Assert.All(error.Outcome.Where(r => r.Requested && r.Name is not ("seccomp" or "capabilities" or "execve")), r => Assert.Equal(OutcomeStatus.Applied, r.Status));
    }

    [Fact]
    public void The_target_holds_no_descriptor_of_it()
    {
        var links = Sandboxed.Output(Sandboxed.Shell(Sandboxed.Strict, "for f in /proc/self/fd/*; do readlink $f; done; ls -l /proc/$$/fd"));
        Assert.DoesNotContain("seccomp", links, StringComparison.Ordinal);
        Assert.DoesNotContain("socket", links, StringComparison.Ordinal);
    }

    // A target that the kernel holds back before its filter: here at a FIFO that nobody writes to.
    [Fact]
    public async Task Who_waits_for_it_sleeps()
    {
        var fifo = _scratch.At("fifo");
        Assert.Equal(0, CProgram.Run("/usr/bin/mkfifo", [fifo]).Code);
        var w = new PlanWriter();
        PlanRun.Fork(w);
        PlanRun.Gate(w);
        w.Listener = w.Call(Syscall.OpenAt, -100, w.Text(fifo), 0, 0);
        PlanRun.Exec(w, "/bin/true");
        var gate = new WatchedGate();
        var starting = Task.Run(() => PlanRun.Start(w, gate), TestContext.Current.CancellationToken);
        var reaper = await gate.Reaper.Task;
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        var ticks = ProcessState.TryRead($"/proc/{reaper}/stat").Split(") ")[1].Split(' ')[11..13].Sum(t => int.Parse(t, CultureInfo.InvariantCulture));
        using (File.OpenWrite(fifo))
        using (var run = await starting) Assert.True(run.Sandbox.Running);
        Assert.InRange(ticks, 0, 15); // of 10 ms each
    }

    public void Dispose() => _scratch.Dispose();

    private sealed class WatchedGate : ILaunchGate
    {
        public TaskCompletionSource<int> Reaper { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void MapIdentity(int launcherPid)
        {
        }

        public bool Verify(int targetPid, int initPid, PlanMemory memory)
        {
            Reaper.SetResult(initPid);
            return true;
        }

        public void AfterExec(int targetPid)
        {
        }
    }
}
