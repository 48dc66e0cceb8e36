using System.Diagnostics;
using Sandbox.Denials;
using Sandbox.Runtime;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Denials;

/// <summary>The Notify source against the real kernel.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class NotifyDenialTests : IDisposable
{
    private const string OwnFilter = """
        #include <stddef.h>
        #include <unistd.h>
        #include <sys/prctl.h>
        #include <sys/syscall.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        int main(void) {
            struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            };
            struct sock_fprog filter = { sizeof code / sizeof *code, code };
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 3;
            syscall(SYS_getpgid, 0);
            return 4;
        }
        """;

    private const string Head = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <linux/openat2.h>
        #include <netinet/in.h>
        #include <arpa/inet.h>
        #include <pthread.h>
        #include <sched.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ioctl.h>
        #include <sys/mount.h>
        #include <sys/prctl.h>
        #include <sys/ptrace.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <unistd.h>

        """;

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Arguments_are_those_that_the_program_was_written_with()
    {
        // The names in the source are the oracle: the compiler turns them into numbers, and the decoder must turn those back.
        var process = Run(Head + """
            int main(void) {
                chdir("/tmp"); int d = open("/usr", O_RDONLY | O_DIRECTORY);
                mkdirat(d, "sub/dir", 0750);
                mkdir("here", 0700);
                int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
                struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(4242), .sin_addr = { htonl(0xc0000207) } };
                connect(s, (void *)&a, sizeof a);
                struct sockaddr_un u = { .sun_family = AF_UNIX, .sun_path = "/run/some.sock" };
                connect(s, (void *)&u, sizeof u);
                char c = 'x'; ioctl(0, TIOCSTI, &c);
                unshare(CLONE_NEWNS | CLONE_NEWUTS);
                prctl(PR_SET_SECCOMP, 2, 0, 0, 0);
                mount("none", "/mnt", "tmpfs", MS_NOSUID | MS_NODEV, "");
                ptrace(PTRACE_TRACEME, 0, 0, 0);
                socket(AF_VSOCK, SOCK_STREAM, 0);
                return 0;
            }
            """, ["mkdir", "mkdirat", "connect", "ioctl", "unshare", "prctl", "mount", "ptrace"], extra: new SeccompRule(["socket"], SeccompAction.Errno, 97, [new(0, SeccompOperator.Equal, 40)]));
        var denials = process.GetDenials();
        Assert.Equal(
            [
                "mkdirat(dirfd=3</usr>, pathname=sub/dir, mode=0750)", "mkdir(pathname=here, mode=0700)", "connect(sockfd=4<socket:[*]>, addr=inet 192.0.2.7:4242)",
                "connect(sockfd=4<socket:[*]>, addr=unix /run/some.sock)", "ioctl(fd=0<pipe:[*]>, request=TIOCSTI, argp=x)", "unshare(flags=CLONE_NEWNS|CLONE_NEWUTS)",
                "prctl(option=PR_SET_SECCOMP, arg2=SECCOMP_MODE_FILTER)", "mount(source=none, target=/mnt, filesystemtype=tmpfs, mountflags=MS_NOSUID|MS_NODEV)",
                "ptrace(request=PTRACE_TRACEME)", "socket(domain=AF_VSOCK, type=SOCK_STREAM, protocol=0)",
            ],
            denials.Select(d => System.Text.RegularExpressions.Regex.Replace($"{d.Syscall}({string.Join(", ", d.DecodedArguments)})", @"(?<=:\[)\d+(?=\])", "*")
                .Replace("fd=0</dev/null>", "fd=0<pipe:[*]>", StringComparison.Ordinal)));
        Assert.Equal(["/usr/sub/dir", "/tmp/here", null, "/run/some.sock"], denials.Take(4).Select(d => d.Path));
        Assert.Equal("Errno(EAFNOSUPPORT)", denials[^1].Action);
        Assert.All(denials, d => Assert.Equal((process.Id, process.Id, process.Id, "/" + Path.GetRelativePath("/", _scratch.At("program")), 1L), (d.ProcessId, d.ThreadId, d.SandboxId, d.Executable, d.Count)));
        Assert.All(denials, d => Assert.InRange(d.Time, process.StartTime.AddSeconds(-1), DateTimeOffset.Now));
        Assert.All(denials, d => Assert.NotEqual(0ul, d.InstructionPointer));
    }

    [Fact]
    public void Threads_and_forks_are_told_apart_by_their_ids_on_the_host()
    {
        var process = Run(Head + """
            static void *thread(void *p) { prctl(PR_SET_NAME, "a\nb", 0, 0, 0); mkdir("/thread", 0); return 0; }
            int main(void) {
                pthread_t t; pthread_create(&t, 0, thread, 0); pthread_join(t, 0);
                if (fork() == 0) { mkdir("/child", 0); _exit(0); }
                wait(0);
                if (vfork() == 0) { execl("/bin/mkdir", "mkdir", "/grandchild", (char *)0); _exit(1); }
                wait(0);
                return 0;
            }
            """, ["mkdir"]);
        var denials = process.GetDenials();
        Assert.Equal(["/thread", "/child", "/grandchild"], denials.Select(d => d.Path));
        Assert.Equal(["a\\nb", "program", "mkdir"], denials.Select(d => d.ProcessName));
        Assert.Equal(process.Id, denials[0].ProcessId);
        Assert.NotEqual(process.Id, denials[0].ThreadId);
        Assert.Equal(denials[1].ProcessId, denials[1].ThreadId);
        Assert.Equal(3, denials.Select(d => d.ProcessId).Distinct().Count());
        Assert.EndsWith("/mkdir", denials[2].Executable);
        Assert.All(denials, d => Assert.Equal(process.Id, d.SandboxId));
    }

    [Fact]
    public void Log_is_reported_and_the_call_is_made()
    {
        var policy = new SeccompPolicy("log", SeccompAction.Allow, [new(["mkdir"], SeccompAction.Log)]);
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "sh", "-c", "mkdir /tmp/a && ls /tmp") with { SeccompPolicy = policy });
        Assert.Equal("a\n", process.StandardOutput);
        var denial = Assert.Single(process.GetDenials());
        Assert.Equal(("Log", "/tmp/a", null), (denial.Action, denial.Path, denial.Signal));
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData(SeccompAction.KillProcess)]
    [InlineData(SeccompAction.KillThread)]
    [InlineData(SeccompAction.Trap)]
    public void A_program_that_is_killed_shows_for_which_call(SeccompAction action)
    {
        var policy = new SeccompPolicy("kill", SeccompAction.Allow, [new(["mkdir"], action)]);
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "mkdir", "/tmp/a") with { SeccompPolicy = policy });
        Assert.Equal(("SIGKILL", "mkdir", "/tmp/a", "SIGKILL"), (process.Signal, process.KilledBy?.Syscall, process.KilledBy?.Path, process.KilledBy?.Signal));
    }

    [Fact]
    public void A_kill_by_a_filter_that_the_program_set_itself_shows_which_call_too()
    {
        // printk lets 10 records through in 5 s, and other tests make some: it may take a window or two.
        for (var attempt = 0; ; attempt++)
        {
            var process = Run(OwnFilter, []);
            Assert.Equal("SIGSYS", process.Signal);
            if (process.KilledBy is { } denial)
            {
                Assert.Equal(("getpgid", "KillProcess", SeccompDenialSource.Kmsg, process.Id, "SIGSYS"), (denial.Syscall, denial.Action, denial.Source, denial.ProcessId, denial.Signal));
                Assert.Null(process.KilledByFailure);
                return;
            }

            Assert.Contains("the kernel log has no record", process.KilledByFailure?.Message);
            Assert.True(attempt < 15, process.KilledByFailure?.Message);
            Thread.Sleep(1000);
        }
    }

    [Fact]
    public void Where_the_log_does_not_tell_it_says_so()
    {
        var kill = LoggedKill.Find(int.MaxValue, DateTimeOffset.Now);
        Assert.Null(kill.Denial);
        Assert.Contains("For which call isn't known", kill.Failure?.Message);
        Assert.Contains("Watch-SeccompDenial", kill.Failure?.Remedy);
    }

    [Fact]
    public void A_call_of_another_ABI_kills_and_shows_which()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "the call is made by int 0x80");
        var process = Run(Head + """
            int main(void) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "0"(39), "b"(0), "c"(0) : "memory"); return 0; }
            """, []);
        var denial = Assert.IsType<SeccompDenial>(process.KilledBy);
        // 39 is mkdir for i386 and getpid for x86-64.
        Assert.Equal(("mkdir", "x86", "KillProcess"), (denial.Syscall, denial.Architecture, denial.Action));
        Assert.Contains("-Architecture X86", denial.Suggestion);
    }

    [Fact]
    public void Every_one_of_many_is_there_or_counted()
    {
        const int Calls = 200_000;
        var program = Compile(Head + $$"""int main(void) { for (int i = 0; i < {{Calls}}; i++) if (mkdir("/some/path", 0) != -1 || errno != EPERM) return 1; return 0; }""");
        var process = HardenedLauncher.Start(Request(program, ["mkdir"]));
        using var session = NotifyDenialSession.Open(process);
        long objects = 0, count = 0;
        foreach (var denial in session.Read(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken))
        {
            Assert.Equal("/some/path", denial.Path);
            objects++;
            count += denial.Count;
        }

        Assert.Equal((0, (long)Calls, (long)Calls, 0L), (Sandboxed.End(process).ExitCode, count, session.Received, session.Lost));
        Assert.InRange(objects, 65_536, Calls);
        Assert.Equal(Calls, Assert.Single(process.Denials).Count);
        Assert.Equal(Calls, process.GetDenials().Sum(d => d.Count));
        Assert.Equal(4097, process.GetDenials().Count);
    }

    [Fact]
    public void A_stopped_consumer_holds_nothing_up_and_loses_nothing()
    {
        const int Calls = 150_000;
        var program = Compile(Head + $$"""int main(void) { for (int i = 0; i < {{Calls}}; i++) { mkdir("/a", 0); if (i % 3 == 0) rmdir("/b"); } return 0; }""");
        var process = HardenedLauncher.Start(Request(program, ["mkdir", "rmdir"]));
        using var session = NotifyDenialSession.Open(process);
        Assert.True(process.Wait(Sandboxed.Patience, TestContext.Current.CancellationToken));
        var denials = session.Read(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).ToArray();
        Assert.Equal((Calls, Calls / 3), (denials.Where(d => d.Syscall == "mkdir").Sum(d => d.Count), denials.Where(d => d.Syscall == "rmdir").Sum(d => d.Count)));
        Assert.Equal(DenialQueue.DefaultCapacity + 2, denials.Length);
        Assert.Equal(0, session.Lost);
    }

    [Fact]
    public void A_fork_storm_is_counted_to_the_last_child()
    {
        const int Children = 600;
        var process = Run(Head + $$"""
            int main(void) {
                for (int i = 0; i < {{Children}}; i++) { if (fork() == 0) { mkdir("/child", 0); _exit(0); } if (i % 8 == 7) while (waitpid(-1, 0, WNOHANG) > 0); }
                while (wait(0) > 0);
                return 0;
            }
            """, ["mkdir"]);
        var denials = process.GetDenials();
        Assert.Equal(Children, denials.Count);
        Assert.All(denials, d => Assert.Equal("/child", d.Path));
        Assert.Equal(Children, denials.Select(d => d.ProcessId).Distinct().Count());
    }

    [Fact]
    public void A_signal_during_a_call_does_not_make_it_two()
    {
        // Without WAIT_KILLABLE_RECV the signal would withdraw the notification, and the restarted call would be another one.
        var process = Run(Head + """
            static volatile int ticks; static void tick(int s) { ticks++; }
            int main(void) {
                struct sigaction a = { .sa_handler = tick, .sa_flags = SA_RESTART }; sigaction(SIGALRM, &a, 0);
                struct itimerval { struct timeval i, v; } v = { { 0, 50 }, { 0, 50 } }; syscall(SYS_setitimer, 0, &v, 0);
                for (int i = 0; i < 20000; i++) mkdir("/a", 0);
                printf("%d\n", ticks > 100);
                return 0;
            }
            """, ["mkdir"]);
        Assert.Equal("1\n", process.StandardOutput);
        Assert.Equal(20_000, Assert.Single(process.Denials).Count);
    }

    [Fact]
    public void A_target_that_dies_in_the_middle_of_its_calls_leaves_nothing_behind()
    {
        static int Listeners() => Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.Contains("seccomp", StringComparison.Ordinal) == true);
        var before = Listeners();
        for (var i = 0; i < 10; i++)
        {
            var process = HardenedLauncher.Start(Request(Compile(Head + """int main(void) { for (;;) mkdir("/a", 0); }""", $"endless{i}"), ["mkdir"]));
            Thread.Sleep(20);
            Assert.True(Listeners() > 0, "a listener can't be told from other descriptors");
            process.Stop(TimeSpan.Zero);
            Assert.True(process.Denials[0].Count > 0);
        }

        Assert.True(SpinWait.SpinUntil(() => Listeners() <= before + 3, 30_000), "descriptors are left");
        Assert.True(SpinWait.SpinUntil(() => !Directory.GetDirectories("/proc/self/task").Any(t => IsSupervisor(t)), 2000), "a supervisor's thread is left");
    }

    [Fact]
    public void The_first_object_comes_at_once()
    {
        var program = Compile(Head + """int main(void) { sleep(1); mkdir("/a", 0); sleep(60); return 0; }""");
        var process = HardenedLauncher.Start(Request(program, ["mkdir"]));
        try
        {
            using var session = NotifyDenialSession.Open(process);
            var denial = session.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).First();
            Assert.InRange(DateTimeOffset.Now - denial.Time, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    private static bool IsSupervisor(string task)
    {
        try
        {
            return File.ReadAllText(task + "/comm").StartsWith("Sandbox.Seccomp", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private HardenedProcess Run(string source, string[] denied, SeccompRule? extra = null) => Sandboxed.Run(Request(Compile(source), denied, extra));

    private string Compile(string source, string name = "program")
    {
        var program = _scratch.At(name);
        if (!File.Exists(program)) File.Move(CProgram.Compile(source, _scratch.Path), program);
        return program;
    }

    private LaunchRequest Request(string program, string[] denied, SeccompRule? extra = null)
    {
        var rules = denied.Select(name => new SeccompRule([name], SeccompAction.Errno)).ToList();
        if (extra is not null) rules.Add(extra);
        return Sandboxed.Request(Sandboxed.Strict with { ReadOnlyPaths = [_scratch.Path] }, program) with { SeccompPolicy = new("test", SeccompAction.Allow, rules) };
    }
}
