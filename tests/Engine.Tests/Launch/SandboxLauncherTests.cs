using System.Diagnostics;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Tests.Launch;

public sealed class SandboxLauncherTests
{
    [Fact]
    public void A_failed_exec_keeps_every_result_and_its_exact_errno()
    {
        var w = new PlanWriter();
        var umask = w.Call(Syscall.Umask, 0x3f);
        w.Fatal = false;
        var bad = w.Call(Syscall.Close, 999);
        w.Fatal = true;
        PlanRun.Fork(w);
        PlanRun.Gate(w);
        var exec = PlanRun.Exec(w, "/no/such/program");
        using var run = PlanRun.Start(w);
        Assert.False(run.Sandbox.Running);
        Assert.InRange(run.Memory.Result(umask), 0, 0x1ff);
        Assert.Equal((-Errno.EBADF, -Errno.ENOENT), (run.Memory.Result(bad), run.Memory.Result(exec)));
    }

    [Fact]
    public void An_errno_above_one_byte_is_not_cut()
    {
        var w = new PlanWriter { Fatal = false };
        var step = w.Call(Syscall.Close, 0);
        step.Inject = 4000;
        PlanRun.Fork(w);
        PlanRun.Gate(w);
        PlanRun.Exec(w, "/bin/true");
        using var run = PlanRun.Start(w);
        Assert.True(run.Sandbox.Running);
        Assert.Equal(-4000, run.Memory.Result(step));
    }

    [Fact]
    public void A_fatal_failure_ends_it_and_later_steps_are_not_reached()
    {
        using var scratch = new Runtime.ScratchDirectory();
        var w = new PlanWriter();
        w.Call(Syscall.Close, 999);
        var later = w.Call(Syscall.MkdirAt, -100, w.Text(scratch.At("made")), 0x1ff);
        PlanRun.Fork(w);
        var exec = PlanRun.Exec(w, "/bin/true");
        using var run = PlanRun.Start(w);
        Assert.False(run.Sandbox.Running);
        Assert.Equal((PlanFormat.NotReached, PlanFormat.NotReached), (run.Memory.Result(later), run.Memory.Result(exec)));
        Assert.False(Directory.Exists(scratch.At("made")));
    }

    [Fact]
    public void What_requires_a_failed_step_is_skipped_and_not_called()
    {
        using var scratch = new Runtime.ScratchDirectory();
        var w = new PlanWriter { Fatal = false };
        w.Requires = w.Call(Syscall.Close, 999);
        var skipped = w.Call(Syscall.MkdirAt, -100, w.Text(scratch.At("made")), 0x1ff);
        w.Requires = null;
        PlanRun.Fork(w);
        PlanRun.Gate(w);
        PlanRun.Exec(w, "/bin/true");
        using var run = PlanRun.Start(w);
        Assert.Equal(PlanFormat.Skipped, run.Memory.Result(skipped));
        Assert.False(Directory.Exists(scratch.At("made")));
    }

    [Fact]
    public void A_refused_gate_ends_it_before_the_next_step()
    {
        using var scratch = new Runtime.ScratchDirectory();
        var w = new PlanWriter();
        PlanRun.Fork(w);
        PlanRun.Gate(w);
        var after = w.Call(Syscall.MkdirAt, -100, w.Text(scratch.At("made")), 0x1ff);
        PlanRun.Exec(w, "/bin/true");
        using var run = PlanRun.Start(w, new PlanRun.OpenGate { Answer = false });
        Assert.False(run.Sandbox.Running);
        Assert.Equal(PlanFormat.NotReached, run.Memory.Result(after));
        Assert.False(Directory.Exists(scratch.At("made")));
    }

    [Fact]
    public void A_step_that_never_returns_meets_the_deadline_and_leaves_no_process()
    {
        using var scratch = new Runtime.ScratchDirectory();
        var marker = scratch.At("fifo");
        Assert.Equal(0, Seccomp.CProgram.Run("mkfifo", [marker]).Code);
        var w = new PlanWriter();
        PlanRun.Fork(w);
        w.Call(Syscall.OpenAt, -100, w.Text(marker), 0, 0); // until somebody writes
        PlanRun.Exec(w, "/bin/true");
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<SandboxException>(() => PlanRun.Start(w, deadline: TimeSpan.FromMilliseconds(300)));
        Assert.Equal("Launch,ETIMEDOUT", error.ErrorId);
        Assert.NotNull(error.Remedy);
        Assert.InRange(watch.ElapsedMilliseconds, 300, 20_000);
        // A writer finds no reader: whoever waited for one is gone.
        using var write = Assert.Throws<ErrnoException>(() => FileDescriptor.Open(marker, 1 | 0x800)) is { Errno: Errno.ENXIO } ? null : new FileDescriptor(-1);
        Assert.Null(write);
    }

    // A network that is made at the gate takes its time on a busy machine: that says nothing of the sandbox's own part.
    [Fact]
    public void What_the_gate_takes_is_not_the_sandboxs()
    {
        var w = new PlanWriter();
        PlanRun.Fork(w);
        PlanRun.Gate(w);
        PlanRun.Exec(w, "/bin/true");
        using var run = PlanRun.Start(w, new PlanRun.OpenGate { Takes = TimeSpan.FromSeconds(6) }, deadline: TimeSpan.FromSeconds(5));
        Assert.True(run.Sandbox.Running);
    }

    [Fact]
    public void A_helper_that_does_not_begin_says_so_of_itself()
    {
        using var scratch = new Runtime.ScratchDirectory();
        Assert.Equal(0, Seccomp.CProgram.Run("mkfifo", [scratch.At("fifo")]).Code);
        var error = Assert.Throws<SandboxException>(() => HelperProgram.Open(h => h.Call(Syscall.OpenAt, -100, h.Text(scratch.At("fifo")), 0, 0)));
        Assert.Equal("Helper,ETIMEDOUT", error.ErrorId);
        Assert.Contains("fifo", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("profile", error.Remedy, StringComparison.Ordinal);
    }
}
