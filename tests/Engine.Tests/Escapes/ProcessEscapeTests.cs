using System.Diagnostics;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Escapes;

/// <summary>Terminals, signals and ptrace towards what is outside.</summary>
public sealed class ProcessEscapeTests(EscapeProgram program) : IClassFixture<EscapeProgram>
{
    [Theory, InlineData("TIOCSTI"), InlineData("TIOCSTI-high"), InlineData("TIOCLINUX")]
    public void No_input_is_pushed_into_a_terminal(string attempt)
    {
        if (attempt != "TIOCLINUX") Assert.SkipUnless(ProcessState.TryRead("/proc/sys/dev/tty/legacy_tiocsti").Trim() is "1" or "", "this machine refuses TIOCSTI by itself");
        program.WorksOutside(attempt);
        Assert.Contains(program.FailsInside(attempt).Denials, d => d.Syscall == "ioctl");
    }

    [Fact]
    public void There_is_no_terminal_of_the_callers() =>
        Assert.Equal("", Sandboxed.Output(Sandboxed.Shell(Sandboxed.Strict, "(exec 3</dev/tty) 2>/dev/null && echo tty; ls /dev | grep -c tty | grep -v '^0'; true")));

    [Theory, InlineData("kill"), InlineData("pidfd"), InlineData("ptrace"), InlineData("vm-read"), InlineData("proc-mem")]
    public void No_process_outside_or_in_a_sibling_is_reached(string attempt)
    {
        using var outside = Process.Start("/bin/sleep", ["1000"]);
        using var control = Process.Start("/bin/sleep", ["1000"]);
        var sibling = HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sleep", "1000"));
        try
        {
            program.WorksOutside(attempt, $"{control.Id}", Address(control.Id));
            foreach (var pid in new[] { outside.Id, sibling.Id, Environment.ProcessId }) program.FailsInside(attempt, $"{pid}", Address(pid));
            Assert.False(outside.HasExited || sibling.HasExited);
        }
        finally
        {
            outside.Kill();
            if (!control.HasExited) control.Kill();
            sibling.Stop(TimeSpan.Zero);
        }
    }

    [Fact]
    public void The_reaper_is_out_of_reach()
    {
        // PID 1 has the same ids; it is not dumpable, and outside of the target's Landlock domain.
        program.FailsInside("kill", "1");
        program.FailsInside("ptrace", "1");
        program.FailsInside("proc-mem", "1");
        program.FailsInside("list", "/proc/1/root");
        program.FailsInside("open-write", "/proc/1/exe");
        program.FailsInside("list", "/proc/1/fd");
    }

    private static string Address(int pid)
    {
        var maps = ProcessState.TryRead($"/proc/{pid}/maps");
        return maps.Length == 0 ? "0" : "0x" + maps[..maps.IndexOf('-', StringComparison.Ordinal)];
    }
}
