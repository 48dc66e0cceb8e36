using Sandbox.Runtime;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Tests.Tracing;

/// <summary>Policies from strace, which itself is the oracle.</summary>
public sealed class StraceReaderTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("-f")]
    [InlineData("-f -tt")]
    [InlineData("-f -r")]
    [InlineData("-f -ttt -T")]
    [InlineData("-f -n")]
    [InlineData("-f -i")]
    [InlineData("-f -c")]
    [InlineData("-f -y -v")]
    public void What_strace_writes_makes_a_policy_under_which_the_program_runs(string options)
    {
        var output = _scratch.At("out");
        var (code, _, error) = CProgram.Run("/usr/bin/strace", [.. options.Split(' '), "-o", output, "/bin/sh", "-c", "ls / | sort | head -3"]);
        Assert.True(code == 0, error);
        var policy = new SeccompPolicyDesign { Trace = new() { Straces = [output] } }.Build();
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "ls / | sort | head -3") with { SeccompPolicy = policy });
        Assert.True(process.ExitCode == 0 && process.Denials.Count == 0, Sandboxed.Describe(process));
        Assert.Equal(SeccompAction.Errno, policy.Decide(SeccompArchitectures.Native, SyscallTable.For(SeccompArchitectures.Native).Find("unshare")!.Number).Action);
    }

    [Fact]
    public void Counts_are_those_of_its_own_table()
    {
        var (full, table) = (_scratch.At("full"), _scratch.At("table"));
        string[] command = ["/bin/cat", "/etc/hostname", "/etc/hostname"];
        CProgram.Run("/usr/bin/strace", ["-o", full, .. command]);
        CProgram.Run("/usr/bin/strace", ["-c", "-o", table, .. command]);
        Assert.Equal(
            StraceReader.Parse(File.ReadAllText(table), table).Select(c => (c.Name, c.Count)),
            StraceReader.Parse(File.ReadAllText(full), full).Where(c => c.Name != "exit_group").Select(c => (c.Name, c.Count))); // the table leaves out what doesn't return
    }

    [Fact]
    public void Unfinished_calls_signals_and_ends_are_not_calls_and_a_32_bit_process_is_told_apart()
    {
        Assert.SkipUnless(SeccompArchitectures.Native == SeccompArchitecture.X86_64, "the text is of x86-64");
        const string Text = """
            12 execve("/bin/a", ["a"], 0x7ffd /* 1 var */) = 0
            [pid    13] futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
            strace: Process 14 attached
            [pid    13] <... futex resumed>) = 0
            12 --- SIGCHLD {si_signo=SIGCHLD} ---
            14 strace: [ Process PID=14 runs in 32 bit mode. ]
            [pid    14] read(3, "exit_group(", 10) = 10
            12 read(3, "x", 1) = 1
            12 syscall_0x14e(0, 0) = 0
            12 exit_group(0) = ?
            12 +++ exited with 0 +++
            """;
        var counts = StraceReader.Parse(Text, "t");
        Assert.Equal([("x86", "read", 1L), ("x86_64", "read", 1L), ("x86_64", "execve", 1L), ("x86_64", "futex", 1L), ("x86_64", "exit_group", 1L), ("x86_64", "rseq", 1L)], counts.Select(c => (c.Architecture, c.Name!, c.Count)));
    }

    [Theory]
    [InlineData("read(0, \"\", 1) = 0\nHello from the program", "t:2", "Hello from the program")]
    [InlineData("raed(0, \"\", 1) = 0", "t:1", "Did you mean 'read'?")]
    public void What_is_no_line_of_strace_is_an_error_with_its_place(string text, string place, string reason)
    {
        var error = Assert.Throws<SandboxException>(() => StraceReader.Parse(text, "t"));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
