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
    [InlineData("-f -Y")]
    [InlineData("-f -k")]
    [InlineData("-f -C")]
    [InlineData("-f -c -U calls,name,errors")]
    [InlineData("-f -t -r -n -i -T")]
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

    [Theory]
    [InlineData("python3", "-c", "import json, hashlib; print(json.dumps({'a': hashlib.sha256(b'x').hexdigest()}))")]
    [InlineData("perl", "-e", "print join ',', sort map { $_ * 2 } 1 .. 3; print `echo sub`")]
    [InlineData("sh", "-c", "cd /tmp && mkdir d && echo 1 > d/f && tar czf a.tgz d && rm -r d && tar xzf a.tgz && cat d/f && rm -r d a.tgz")]
    public void Real_programs_run_as_before_under_what_strace_saw_on_standard_error(string program, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{program}"), $"{program} isn't installed");
        var output = _scratch.At("err");
        // As in the sandbox, where a shell has no PWD and asks for it.
        var (code, _, error) = CProgram.Run("/bin/sh", ["-c", $"cd {_scratch.Path} && exec env -u PWD -u OLDPWD strace -f \"$0\" \"$@\" 2> {output}", program, .. arguments.Select(a => a.Replace("/tmp", _scratch.Path, StringComparison.Ordinal))]);
        Assert.True(code == 0, error);
        var policy = new SeccompPolicyDesign { Trace = new() { Straces = [output] } }.Build();
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, program, arguments) with { SeccompPolicy = policy });
        Assert.True(process.ExitCode == 0 && process.Denials.Count == 0, Sandboxed.Describe(process));
        Assert.Equal(new(SeccompAction.Errno, 1), policy.Decide(SeccompCall.Of(SeccompArchitectures.Native, "mount")));
    }

    [Fact]
    public void Counts_are_those_of_its_own_table()
    {
        var (full, table) = (_scratch.At("full"), _scratch.At("table"));
        string[] command = ["/bin/cat", "/etc/hostname", "/etc/hostname"];
        CProgram.Run("/usr/bin/strace", ["-o", full, .. command]);
        CProgram.Run("/usr/bin/strace", ["-c", "-o", table, .. command]);
        Assert.Equal(
            StraceReader.Parse(File.ReadLines(table), table).Select(c => (c.Name, c.Count)),
            StraceReader.Parse(File.ReadLines(full), full).Where(c => c.Name != "exit_group").Select(c => (c.Name, c.Count))); // the table leaves out what doesn't return
    }

    [Theory]
    [InlineData("")]
    [InlineData("-t")]
    [InlineData("-r")]
    [InlineData("-ttt")]
    [InlineData("-n")]
    [InlineData("-i")]
    [InlineData("-k")]
    [InlineData("-y")]
    [InlineData("-r -n -i")]
    public void Without_pids_the_counts_are_the_same(string options)
    {
        var (full, other) = (_scratch.At("full"), _scratch.At("other"));
        CProgram.Run("/usr/bin/strace", ["-f", "-o", full, "/bin/cat", "/etc/hostname"]);
        CProgram.Run("/usr/bin/strace", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-o", other, "/bin/cat", "/etc/hostname"]);
        Assert.Equal(Counts(full), Counts(other));
    }

    // On standard error strace breaks the line of the call that makes a process, and tells of every change of the ABI.
    [Fact]
    public void On_standard_error_lines_are_broken_and_modes_are_told()
    {
        Assert.SkipUnless(SeccompArchitectures.Native == SeccompArchitecture.X86_64, "the program uses int 0x80");
        var program = CProgram.Compile("""
            #define _GNU_SOURCE
            #include <sys/syscall.h>
            #include <sys/wait.h>
            #include <unistd.h>
            static long i386(long n, long a) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a) : "memory"); return r; }
            int main(void) {
                i386(20, 0); /* getpid */
                if (fork() == 0) { i386(20, 0); i386(20, 0); syscall(SYS_getppid); i386(1, 0); /* exit */ }
                wait(0);
                syscall(SYS_getpriority, 0, 0); /* the child, which ended in 32 bit mode, has nothing to do with it */
                if (i386(2, 0) == 0) { i386(47, 0); /* getgid, in the mode in which it was made */ syscall(SYS_getuid); _exit(0); } /* fork */
                wait(0);
                write(2, "", 0);
                return 0;
            }
            """, _scratch.Path);
        var output = _scratch.At("err");
        CProgram.Run("/bin/sh", ["-c", $"strace -f {program} 2> {output}"]);
        Assert.Contains("attached\n", File.ReadAllText(output), StringComparison.Ordinal);
        var counts = StraceReader.Parse(File.ReadLines(output), output);
        Assert.Equal([("exit", 1L), ("fork", 1L), ("getgid", 1L), ("getpid", 3L)], counts.Where(c => c.Architecture == "x86").Select(c => (c.Name!, c.Count)).Order());
        (string, long)[] expected = [("clone", 1), ("exit_group", 2), ("getppid", 1), ("getpriority", 1), ("getuid", 1), ("wait4", 2), ("write", 1)];
        Assert.Equal(expected, counts.Where(c => c.Architecture == "x86_64" && expected.Any(e => e.Item1 == c.Name)).Select(c => (c.Name!, c.Count)).Order());
        var policy = new SeccompPolicyDesign { Trace = new() { Straces = [output] } }.Build();
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict with { ReadOnlyPaths = [_scratch.Path] }, program) with { SeccompPolicy = policy });
        Assert.True(process.ExitCode == 0 && process.Denials.Count == 0, Sandboxed.Describe(process));
        // The table tells modes too, by one table each.
        var table = _scratch.At("table");
        CProgram.Run("/usr/bin/strace", ["-f", "-c", "-o", table, program]);
        Assert.Equal([("fork", 1L), ("getgid", 1L), ("getpid", 3L)], StraceReader.Parse(File.ReadLines(table), table).Where(c => c.Architecture == "x86").Select(c => (c.Name!, c.Count)).Order());
    }

    [Fact]
    public void A_new_process_breaks_a_line_anywhere()
    {
        const string Text = """
            clone(child_stack=NULL, flags=SIGCHLDstrace: Process 14 attached
            strace: Process 15 attached
            , child_tidptr=0x1) = 14
            [pid    13] rt_sigaction(SIGINT, {sa_handler=SIG_DFL}, strace: Process 16 attached
            {sa_handler=SIG_DFL}, 8) = 0
            [pid    13] vfork(strace: Process 17 attached
             <unfinished ...>
            [pid    17] getpid() = 17
            [pid    13] <... vfork resumed>) = 17
            """;
        Assert.Equal(["clone", "getpid", "rt_sigaction", "vfork"], StraceReader.Parse(Text.Split('\n'), "t").Select(c => c.Name).Order());
    }

    [Fact]
    public void A_process_begins_in_the_mode_of_the_last_call_that_strace_saw()
    {
        Assert.SkipUnless(SeccompArchitectures.Native == SeccompArchitecture.X86_64, "the text is of x86-64");
        const string Text = """
            [ Process PID=13 runs in 32 bit mode. ]
            fork( <unfinished ...>
            strace: Process 14 attached
            [pid    14] getgid() = 0
            [pid    13] <... fork resumed>) = 14
            [pid    14] getgid( <unfinished ...>
            [pid    13] [ Process PID=13 runs in 64 bit mode. ]
            [pid    13] clone(child_stack=NULL) = 15
            strace: Process 15 attached
            [pid    15] getuid() = 0
            """;
        Assert.Equal([("x86", "fork", 1L), ("x86", "getgid", 2L), ("x86_64", "clone", 1L), ("x86_64", "getuid", 1L)], StraceReader.Parse(Text.Split('\n'), "t").Select(c => (c.Architecture, c.Name!, c.Count)));
    }

    [Fact]
    public void What_a_program_writes_is_no_message_of_strace()
    {
        Assert.SkipUnless(SeccompArchitectures.Native == SeccompArchitecture.X86_64, "the text is of x86-64");
        const string Text = """
            write(1, "[ Process PID=12 runs in 32 bit mode. ]", 39) = 39
            write(1, "+++ exited with 0 +++", 21) = 21
            write(1, "strace: Process 5 attached", 26) = 26
            openat(AT_FDCWD, "System call usage summary for 32 bit mode:", O_RDONLY) = -1 ENOENT (No such file or directory)
            """;
        Assert.Equal([("x86_64", "write", 3L), ("x86_64", "openat", 1L)], StraceReader.Parse(Text.Split('\n'), "t").Select(c => (c.Architecture, c.Name!, c.Count)));
    }

    [Fact]
    public void Calls_of_x32_have_their_own_numbers()
    {
        Assert.SkipUnless(SeccompArchitectures.Native == SeccompArchitecture.X86_64, "x32 is an ABI of x86-64");
        var counts = StraceReader.Parse(["strace: [ Process PID=7 runs in x32 mode. ]", "read(0, \"\", 1) = 0", "strace: [ Process PID=7 runs in 64 bit mode. ]", "read(0, \"\", 1) = 0"], "t");
        Assert.Equal([("x32", 0x4000_0000), ("x86_64", 0)], counts.Select(c => (c.Architecture, c.Syscall)));
    }

    [Fact]
    public void A_32_bit_program_whose_mode_is_not_told_is_an_error_that_says_how_to_tell_it()
    {
        Assert.SkipUnless(SeccompArchitectures.Native == SeccompArchitecture.X86_64, "the text is of x86-64");
        var error = Assert.Throws<SandboxException>(() => StraceReader.Parse(["execve(\"a\") = 0", "mmap2(NULL, 8192) = 0x1"], "t"));
        Assert.StartsWith("t:2: x86_64 has no system call 'mmap2'", error.Message, StringComparison.Ordinal);
        Assert.Contains("without -o", error.Remedy, StringComparison.Ordinal);
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
        var counts = StraceReader.Parse(Text.Split('\n'), "t");
        Assert.Equal([("x86", "read", 1L), ("x86_64", "read", 1L), ("x86_64", "execve", 1L), ("x86_64", "futex", 1L), ("x86_64", "exit_group", 1L), ("x86_64", "rseq", 1L)], counts.Select(c => (c.Architecture, c.Name!, c.Count)));
    }

    [Theory]
    [InlineData("read(0, \"\", 1) = 0\nHello from the program", "t:2", "Hello from the program")]
    [InlineData("raed(0, \"\", 1) = 0", "t:1", "Did you mean 'read'?")]
    public void What_is_no_line_of_strace_is_an_error_with_its_place(string text, string place, string reason)
    {
        var error = Assert.Throws<SandboxException>(() => StraceReader.Parse(text.Split('\n'), "t"));
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string?, long)> Counts(string path) => StraceReader.Parse(File.ReadLines(path), path).Select(c => (c.Name, c.Count));
}
