using System.Diagnostics;
using System.Globalization;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Tests.Violations;

/// <summary>The recorder in the kernel, against strace.</summary>
public sealed class SyscallCounterTests : IDisposable
{
    // Every call of it happens as often each time: no handler, no wait that may be interrupted.
    private const string Deterministic = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <pthread.h>
        #include <signal.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>
        static void handler(int number) { (void)number; }
        int main(int argc, char **argv) {
            for (int i = 0; i < 1000; i++) syscall(SYS_getppid);
            for (int i = 0; i < 7; i++) open("/not-there", O_RDONLY);
            syscall(9999);
            syscall(5000, 1);
            syscall(5000, 2);
            signal(SIGUSR1, handler);
            for (int i = 0; i < 3; i++) raise(SIGUSR1);
            for (int i = 0; i < 5; i++) {
                pid_t child = fork();
                if (child == 0) {
                    for (int j = 0; j < 100; j++) syscall(SYS_getpgid, 0);
                    if (argc == 1) execl("/proc/self/exe", argv[0], "again", NULL);
                    _exit(0);
                }
                waitpid(child, NULL, 0);
                if (argc > 1) break;
            }
            return 0;
        }
        """;

    private readonly ScratchDirectory _scratch = new();

    public SyscallCounterTests() => Ebpf.Require();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Its_counts_are_those_of_strace()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "needs strace");
        var program = CProgram.Compile(Deterministic, _scratch.Path);
        var process = Sandboxed.Run(Request(program));
        Assert.True(process.ExitCode == 0, Sandboxed.Describe(process));
        var file = _scratch.At("strace.txt");
        Assert.Equal(0, CProgram.Run("/usr/bin/strace", ["-f", "-c", "-U", "name,calls", "-o", file, program]).Code);
        // strace -c counts a call when it returns: exit_group never does, and for each process there is one.
        var expected = File.ReadLines(file).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length == 2 && long.TryParse(w[1], CultureInfo.InvariantCulture, out _) && w[0] != "total")
            .ToDictionary(w => w[0], w => long.Parse(w[1], CultureInfo.InvariantCulture));
        expected.Add("exit_group", 11);
        // Nor does it count what has no name.
        (expected["#9999"], expected["#5000"]) = (6, 12);
        var counts = process.GetSyscallCounts().ToDictionary(c => c.Name ?? $"#{c.Syscall}", c => c.Count);
        Assert.Equal(expected.OrderBy(p => p.Key, StringComparer.Ordinal), counts.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal(process.GetSyscallCounts().Sum(c => c.Count), TraceFile.Read(process.TracePath!).Sum(c => c.Count));
    }

    [Fact]
    public void What_the_policy_refuses_is_counted_as_refused()
    {
        var policy = new SeccompPolicy("test", SeccompAction.Allow, [new(["chroot"], SeccompAction.Errno), new(["getcwd"], SeccompAction.Log)]);
        var process = Sandboxed.Run(Request("/bin/sh", "-c", "chroot / true; chroot / true; pwd -P >/dev/null") with { SeccompPolicy = policy });
        var counts = process.GetSyscallCounts().ToDictionary(c => c.Name ?? "", c => c);
        Assert.Equal((2L, 2L, (int?)1), (counts["chroot"].Count, counts["chroot"].Denied, counts["chroot"].Errno));
        Assert.Equal(0, counts["getcwd"].Denied);
        Assert.Equal(3, counts["execve"].Count); // sh and twice chroot
    }

    [Fact]
    public void A_policy_of_it_lets_the_same_run_through()
    {
        var process = Sandboxed.Run(Request("/bin/ls", "/usr"));
        var policy = new Sandbox.Tracing.TraceSource { Traces = [process.TracePath!] }.Build();
        var again = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/ls", "/usr") with { SeccompPolicy = policy });
        Assert.Equal((0, process.StandardOutput), (again.ExitCode, again.StandardOutput));
        Assert.Empty(again.Denials);
        var other = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/mkdir", "/tmp/x") with { SeccompPolicy = policy });
        Assert.Contains(other.Denials, d => d.Syscall == "mkdir");
    }

    [Fact]
    public void A_running_process_is_counted_from_now_on()
    {
        using var target = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read a; for i in 1 2 3 4 5; do (cd /usr); done; read b"]) { RedirectStandardInput = true })!;
        var path = _scratch.At("part.ndjson");
        using var trace = SeccompTrace.Start(null, target.Id, path, SeccompTraceMethod.Ebpf);
        target.StandardInput.WriteLine();
        Assert.True(ProcessState.Eventually(() => trace.Counts.FirstOrDefault(c => c.Name == "chdir")?.Count == 5));
        trace.Stop();
        Assert.Equal((SeccompTraceMethod.Ebpf, 0L, true), (trace.Method, trace.Lost, trace.LossKnown));
        Assert.Equal(5, TraceFile.Read(path).Single(c => c.Name == "chdir").Count);
        target.StandardInput.WriteLine();
        target.WaitForExit();
        Assert.Equal(trace.Calls, TraceFile.Read(path).Sum(c => c.Count));
    }

    private LaunchRequest Request(string program, params string[] arguments) => Sandboxed.Request(Sandboxed.Standard, program, arguments)
        with { TracePath = _scratch.At("trace.ndjson"), TraceMethod = SeccompTraceMethod.Ebpf };
}
