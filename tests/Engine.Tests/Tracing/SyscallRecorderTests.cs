using Sandbox.Runtime;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Tests.Tracing;

/// <summary>Recording of real programs.</summary>
public sealed class SyscallRecorderTests : IDisposable
{
    private const string Head = "#define _GNU_SOURCE\n#include <pthread.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <sys/socket.h>\n#include <sys/stat.h>\n#include <sys/syscall.h>\n#include <sys/wait.h>\n#include <unistd.h>\n#include <signal.h>\n";

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Every_call_of_threads_and_children_is_counted()
    {
        var counts = Trace(Head + """
            static void *thread(void *p) { for (int i = 0; i < 1000; i++) syscall(SYS_getpriority, 0, 0); return 0; }
            int main(void) {
                pthread_t t[4];
                for (int i = 0; i < 4; i++) pthread_create(&t[i], 0, thread, 0);
                for (int i = 0; i < 4; i++) pthread_join(t[i], 0);
                for (int i = 0; i < 10; i++) if (fork() == 0) { for (int j = 0; j < 100; j++) syscall(SYS_getpriority, 0, 0); if (fork() == 0) { syscall(SYS_getpriority, 0, 0); _exit(0); } wait(0); _exit(0); }
                while (wait(0) > 0);
                return 0;
            }
            """);
        Assert.Equal(5010, Of(counts, "getpriority").Count);
        Assert.Equal(1, Of(counts, "execve").Count);
        Assert.Equal(21, Of(counts, "exit_group").Count);
    }

    [Fact]
    public void A_signal_makes_no_call_two()
    {
        var counts = Trace(Head + """
            #include <sys/time.h>
            static volatile int ticks; static void tick(int s) { ticks++; }
            int main(void) {
                struct sigaction a = { .sa_handler = tick, .sa_flags = SA_RESTART }; sigaction(SIGALRM, &a, 0);
                struct itimerval v = { { 0, 100 }, { 0, 100 } }; setitimer(ITIMER_REAL, &v, 0);
                for (int i = 0; i < 20000; i++) syscall(SYS_getpriority, 0, 0);
                v.it_interval.tv_usec = v.it_value.tv_usec = 0; setitimer(ITIMER_REAL, &v, 0);
                return ticks < 50;
            }
            """);
        Assert.Equal(20_000, Of(counts, "getpriority").Count);
    }

    [Fact]
    public void The_policy_stays_in_force_and_its_refusals_are_told_apart()
    {
        var counts = Trace(Head + """int main(void) { mkdir("/tmp/a", 0700); mkdir("/tmp/b", 0700); socket(AF_VSOCK, SOCK_STREAM, 0); socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); return access("/tmp/a", 0) == 0; }""",
            r => r with { SeccompPolicy = new("test", SeccompAction.Allow, [new(["mkdir"], SeccompAction.Errno, 13), new(["socket"], SeccompAction.Errno, 97, [new(0, SeccompOperator.Equal, 40)])]) });
        Assert.Equal((2L, 2L, 13), (Of(counts, "mkdir").Count, Of(counts, "mkdir").Denied, Of(counts, "mkdir").Errno));
        Assert.Equal((2L, 1L, 97), (Of(counts, "socket").Count, Of(counts, "socket").Denied, Of(counts, "socket").Errno));
        Assert.Equal([1ul], Of(counts, "socket").Arguments[0]!); // AF_UNIX: what was refused selects nothing
        Assert.Equal([0x80001ul], Of(counts, "socket").Arguments[1]!);
    }

    [Fact]
    public void Without_a_policy_calls_of_other_ABIs_are_counted_too()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "the call is made by int 0x80");
        var counts = Trace(Head + """int main(void) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "0"(20) : "memory"); return r <= 0; }""", r => r with { Profile = r.Profile with { SeccompPolicy = null } });
        Assert.Equal(1, Assert.Single(counts, c => c.Architecture == "x86").Count);
        Assert.Equal("getpid", Assert.Single(counts, c => c.Architecture == "x86").Name);
    }

    [Fact]
    public void The_file_is_up_to_date_while_the_program_runs()
    {
        var path = _scratch.At("t.ndjson");
        var process = HardenedLauncher.Start(Request(Head + "int main(void) { for (;;) { syscall(SYS_getpriority, 0, 0); usleep(1000); } }") with { TracePath = path });
        try
        {
            Assert.True(SpinWait.SpinUntil(() => TraceFile.Read(path).Any(c => c.Name == "getpriority" && c.Count > 20), 10_000));
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }

        Assert.Equal(process.GetSyscallCounts().Sum(c => c.Count), TraceFile.Read(path).Sum(c => c.Count));
        Assert.Null(process.TraceFailure);
    }

    [Fact]
    public void More_than_64_values_of_an_argument_are_none()
    {
        var counts = Trace(Head + """#include <sys/ioctl.h>""" + "\nint main(void) { for (int i = 0; i < 100; i++) ioctl(99, i); return 0; }", r => r with { Profile = r.Profile with { SeccompPolicy = null } });
        Assert.Null(Of(counts, "ioctl").Arguments[1]);
    }

    private static SyscallCount Of(IReadOnlyList<SyscallCount> counts, string name) => Assert.Single(counts, c => c.Name == name);

    private IReadOnlyList<SyscallCount> Trace(string source, Func<LaunchRequest, LaunchRequest>? change = null)
    {
        var path = _scratch.At("t.ndjson");
        var request = Request(source) with { TracePath = path };
        var process = Sandboxed.Run(change?.Invoke(request) ?? request);
        Assert.True(process.ExitCode == 0, Sandboxed.Describe(process));
        Assert.Equal(path, process.TracePath);
        return TraceFile.Read(path);
    }

    private LaunchRequest Request(string source)
    {
        var program = CProgram.Compile(source, _scratch.Path);
        return Sandboxed.Request(Sandboxed.Strict with { ReadOnlyPaths = [_scratch.Path] }, program);
    }
}
