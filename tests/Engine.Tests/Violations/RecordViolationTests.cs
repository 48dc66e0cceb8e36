using System.Diagnostics;
using System.Globalization;
using Sandbox.Native;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;
using Sandbox.Violations;

namespace Sandbox.Tests.Violations;

/// <summary>What is recorded of a process from its first instruction on.</summary>
public sealed class RecordViolationTests : IDisposable
{
    // A grandchild whose only call fails, and which ends at once; it tells who it was.
    private const string Short = """
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/wait.h>
        #include <unistd.h>
        int main(int argc, char **argv) {
            int ends[2];
            if (pipe(ends)) return 1;
            pid_t child = fork();
            if (child == 0) {
                pid_t grandchild = fork();
                if (grandchild == 0) {
                    int fd = open(argv[1], O_WRONLY);
                    int ids[4] = { fd < 0 ? errno : 0, getpid(), getppid(), 0 };
                    if (write(ends[1], ids, sizeof ids)) _exit(0);
                    _exit(2);
                }
                waitpid(grandchild, NULL, 0);
                _exit(0);
            }
            waitpid(child, NULL, 0);
            int ids[4];
            if (read(ends[0], ids, sizeof ids) != sizeof ids) return 3;
            printf("%d %d %d\n", ids[0], ids[1], ids[2]);
            return 0;
        }
        """;

    private readonly ScratchDirectory _scratch = new();

    public RecordViolationTests() => Ebpf.Require();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_grandchild_that_lives_a_moment_is_there_every_time_and_nobody_else()
    {
        var runs = Environment.GetEnvironmentVariable("SANDBOX_SOAK") == "1" ? 1000 : 40;
        var program = Compile(Short);
        // Neighbours that are refused all the time; one makes ids wrap, so that those of the dead are given out again at once.
        var neighbour = HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "while :; do (: > /usr/foreign) 2>/dev/null; done"));
        using var wrapping = Process.Start("/bin/sh", ["-c", "while :; do echo 1000 > /proc/sys/kernel/ns_last_pid; for i in 1 2 3 4 5 6 7 8; do mkdir /proc/foreign 2>/dev/null & done; wait; done"]);
        try
        {
            for (var run = 0; run < runs; run++)
            {
                var path = run % 5 == 0 ? "/usr/./bin/env" : "/usr/../usr/bin/env"; // the text as it was given, and no other
                var process = Sandboxed.Run(Request(program, path));
                var told = Sandboxed.Output(process).Trim().Split(' ');
                var violation = Assert.Single(process.GetViolations());
                Assert.Equal((path, "open", told[0]), (violation.Path, violation.Operation, violation.Errno.ToString(CultureInfo.InvariantCulture)));
                Assert.Equal(Errno.Name(violation.Errno), violation.ErrorName);
                Assert.Equal(told[1], violation.NamespaceProcessId.ToString(CultureInfo.InvariantCulture));
                Assert.Equal(process.Id, violation.Ancestors[1]); // the grandparent
                Assert.Equal(process.Id, violation.SandboxId);
                Assert.Equal("program", violation.ProcessName);
                Assert.EndsWith("/program", violation.Executable);
                Assert.True(violation.PathCertain);
                Assert.Equal("O_WRONLY", violation.Flags);
            }
        }
        finally
        {
            neighbour.Stop(TimeSpan.Zero);
            wrapping.Kill();
        }
    }

    [Fact]
    public void Each_kind_of_call_has_its_operation_and_what_it_was_about()
    {
        var program = Compile("""
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <linux/openat2.h>
            #include <netinet/in.h>
            #include <arpa/inet.h>
            #include <stdio.h>
            #include <string.h>
            #include <sys/mount.h>
            #include <sys/prctl.h>
            #include <sys/ptrace.h>
            #include <sys/socket.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <sys/un.h>
            #include <unistd.h>
            #define TRY(call) do { if ((call) >= 0) printf("%s succeeded\n", #call); } while (0)
            int main(void) {
                struct open_how how = { .flags = O_WRONLY | O_CREAT, .mode = 0600 };
                struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9) };
                struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(7), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
                int usr = open("/usr", O_RDONLY | O_DIRECTORY), socket4 = socket(AF_INET, SOCK_STREAM, 0), socket6 = socket(AF_INET6, SOCK_STREAM, 0);
                inet_pton(AF_INET, "127.0.0.1", &in.sin_addr);
                prctl(PR_SET_NAME, "a b\n");
                if (chdir("/usr/lib")) return 1;
                TRY(open("/usr/new", O_WRONLY | O_CREAT, 0600));
                TRY(openat(usr, "under", O_WRONLY | O_CREAT, 0600));
                TRY(syscall(SYS_openat2, AT_FDCWD, "here", &how, sizeof how));
                TRY(unlink("/usr/bin/env"));
                TRY(unlinkat(usr, "bin/env", 0));
                TRY(rmdir("../bin"));
                TRY(mkdirat(usr, "dir", 0700));
                TRY(rename("/usr/bin/env", "/usr/bin/env2"));
                TRY(linkat(usr, "bin/env", AT_FDCWD, "env3", 0));
                TRY(symlink("target", "/usr/link"));
                TRY(chmod("/usr/bin/env", 0));
                TRY(truncate("/usr/bin/env", 0));
                TRY(fchmod(usr, 0));
                TRY(mount("none", "/usr", "tmpfs", 0, NULL));
                TRY(chroot("/usr"));
                TRY(sethostname("x", 1));
                TRY(connect(socket4, (struct sockaddr *)&in, sizeof in));
                TRY(connect(socket6, (struct sockaddr *)&six, sizeof six));
                return 0;
            }
            """);
        var everything = new Sandbox.Seccomp.SeccompPolicy("all", Sandbox.Seccomp.SeccompAction.Allow, []);
        var process = Sandboxed.Run(Request(program) with { SeccompPolicy = everything });
        Assert.Equal("", Sandboxed.Output(process));
        var found = process.GetViolations().Select(v => string.Join(' ', new[] { v.Operation, v.ErrorName, v.Category.ToString(), v.Path, v.Destination, v.Address }.OfType<string>())).ToArray();
        Assert.Equal(
        [
            "open EROFS File /usr/new", "open EROFS File /usr/under", "open EROFS File /usr/lib/here", "unlink EROFS File /usr/bin/env", "unlink EROFS File /usr/bin/env",
            "rmdir EROFS File /usr/lib/../bin", "mkdir EROFS File /usr/dir", "rename EROFS File /usr/bin/env /usr/bin/env2", "link EROFS File /usr/bin/env /usr/lib/env3",
            "symlink EROFS File /usr/link", "chmod EROFS File /usr/bin/env", "truncate EACCES File /usr/bin/env", "chmod EROFS File /usr", "mount EPERM File /usr",
            "chroot EPERM File /usr", "sethostname EPERM Syscall", "connect ECONNREFUSED Network inet 127.0.0.1:9", "connect ECONNREFUSED Network inet6 [::1]:7",
        ], found);
        Assert.All(process.GetViolations(), v => Assert.Equal("a b\\n", v.ProcessName));
        Assert.All(process.GetViolations(), v => Assert.True(v.PathCertain, v.ToString()));
    }

    [Fact]
    public void Calls_of_32_bit_programs_are_there_with_their_own_registers()
    {
        Assert.SkipUnless(RuntimeArchitecture.IsX64, "the call is made by int 0x80");
        // i386: 5 is open, which for x86-64 is fstat. The path must be below 4 GiB.
        var program = Compile("""
            #include <fcntl.h>
            #include <string.h>
            #include <sys/mman.h>
            int main(void) {
                char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
                long result;
                strcpy(path, "/usr/compat");
                __asm__ volatile("int $0x80" : "=a"(result) : "0"(5), "b"(path), "c"(O_WRONLY | O_CREAT), "d"(0600) : "memory");
                return result == -30 ? 0 : 1;
            }
            """);
        var policy = new Sandbox.Seccomp.SeccompPolicy("all", Sandbox.Seccomp.SeccompAction.Allow, [], null, Sandbox.Seccomp.SeccompArchitectures.OfThisMachine);
        var process = Sandboxed.Run(Request(program) with { SeccompPolicy = policy });
        Assert.True(process.ExitCode == 0, Sandboxed.Describe(process));
        var violation = Assert.Single(process.GetViolations());
        Assert.Equal(("open", "x86", "/usr/compat", "EROFS"), (violation.Syscall, violation.Architecture, violation.Path, violation.ErrorName));
    }

    [Fact]
    public void The_failed_calls_of_the_launch_itself_are_not_the_programs()
    {
        var process = Sandboxed.Run(Request("/bin/true"));
        Assert.Empty(process.GetViolations());
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void A_watch_of_a_recorded_process_has_all_from_the_first_that_it_asks_for()
    {
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "mkdir /usr/x; nice -n -5 true; mkdir /usr/y; true") with { RecordViolations = true });
        string[] Watch(SandboxViolationWatch watch)
        {
            using var session = ViolationSessions.Open(watch);
            string[] found = [.. session.Read(null, TestContext.Current.CancellationToken).Select(v => v.Path ?? v.Operation)];
            Assert.True(session.IsOver);
            Assert.Equal(session.Seen, session.Filtered + session.Emitted + session.Dropped);
            Assert.Equal(found.Length, session.Emitted);
            return found;
        }

        Assert.Equal(["/usr/x", "setpriority", "/usr/y"], Watch(new() { Sandboxes = [process] }));
        Assert.Equal(["setpriority"], Watch(new() { Sandboxes = [process], Categories = [SandboxViolationCategory.Process] }));
        Assert.Equal(["/usr/x", "/usr/y"], Watch(new() { Sandboxes = [process], Errnos = [Errno.EROFS] }));
    }

    [Fact]
    public void What_a_reading_that_ended_early_left_comes_with_the_next()
    {
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "mkdir /usr/a; mkdir /usr/b; mkdir /usr/c; true") with { RecordViolations = true });
        using var session = ViolationSessions.Open(new() { Sandboxes = [process] });
        using var stop = new CancellationTokenSource();
        var first = new List<string?>();
        foreach (var violation in session.Read(null, stop.Token))
        {
            first.Add(violation.Path);
            stop.Cancel();
        }

        Assert.Equal(["/usr/a"], first);
        Assert.Equal(["/usr/b", "/usr/c"], session.Read(null, TestContext.Current.CancellationToken).Select(v => v.Path));
        Assert.Equal(3, session.Delivered);
    }

    [Fact]
    public void A_process_that_is_not_recorded_has_none()
    {
        var process = Sandboxed.Shell(Sandboxed.Strict, ": > /usr/x");
        Assert.False(process.RecordsViolations);
        Assert.Empty(process.GetViolations());
    }

    private string Compile(string source) => CProgram.Compile(source, _scratch.Path);

    private LaunchRequest Request(string program, params string[] arguments) =>
        Sandboxed.Request(Sandboxed.Strict with { ReadOnlyPaths = [_scratch.Path] }, program, arguments) with { RecordViolations = true };
}
