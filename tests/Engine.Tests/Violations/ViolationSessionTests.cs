using System.Diagnostics;
using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;
using Sandbox.Violations;

namespace Sandbox.Tests.Violations;

/// <summary>Watches: who is in their scope, what they count, what they leave.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class ViolationSessionTests : IDisposable
{
    private const string Many = """
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int main(int argc, char **argv) {
            char word;
            if (read(0, &word, 1) != 1) return 2;
            for (long i = 0, n = atol(argv[1]); i < n; i++) {
                if (chroot("/nowhere-refused") != -1) return 3;
                if (i % 2 && access("/not-there", R_OK) != -1) return 4;
            }
            return 0;
        }
        """;

    private readonly ScratchDirectory _scratch = new();

    public ViolationSessionTests() => Ebpf.Require();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_was_seen_is_what_was_filtered_emitted_and_dropped()
    {
        const int Calls = 400_000;
        using var target = Waiting(Calls);
        using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id], Errnos = [2] });
        target.StandardInput.Write('x');
        target.StandardInput.Close();
        // Nobody reads while it runs: the ring buffer must run over.
        target.WaitForExit();
        long received = session.Read(null, TestContext.Current.CancellationToken).LongCount();
        Assert.Equal(0, target.ExitCode);
        // Both of its calls fail with ENOENT; glibc and the loader may have failed others before, but not after the read.
        Assert.Equal(Calls + (Calls / 2), session.Seen - (session.Filtered));
        Assert.Equal(session.Seen, session.Filtered + session.Emitted + session.Dropped);
        Assert.Equal(session.Emitted, received);
        Assert.True(session.Dropped > 0, session.ToString());
        Assert.Equal(0, session.Unfollowed);
    }

    [Fact]
    public void An_errno_that_is_not_asked_for_is_counted_as_filtered()
    {
        const int Calls = 1000;
        using var target = Waiting(Calls);
        using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id] });
        target.StandardInput.Write('x');
        target.StandardInput.Close();
        Assert.Empty(session.Read(null, TestContext.Current.CancellationToken));
        Assert.Equal((Calls + (Calls / 2), 0L, 0L), (session.Filtered, session.Emitted, session.Dropped));
    }

    [Fact]
    public void A_running_tree_is_followed_with_those_that_it_starts_later()
    {
        using var target = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "(sleep 2; mkdir /proc/inner; sh -c 'mkdir /proc/late') & sleep 2.1; wait"]) { RedirectStandardError = true })!;
        Assert.True(ProcessState.Eventually(() => ProcessState.TryRead($"/proc/{target.Id}/task/{target.Id}/children").Trim().Split(' ').Length == 2));
        using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id], Errnos = [2, 13, 1] });
        var paths = session.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).Where(v => v.Operation == "mkdir").Select(v => v.Path).ToArray();
        Assert.Equal(["/proc/inner", "/proc/late"], paths);
        Assert.True(session.IsOver);
    }

    [Fact]
    public void A_neighbour_that_got_the_id_of_a_dead_process_is_none_of_it()
    {
        Assert.SkipUnless(File.Exists("/proc/sys/kernel/ns_last_pid"), "needs CONFIG_CHECKPOINT_RESTORE");
        var program = CProgram.Compile("""
            #include <fcntl.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/wait.h>
            #include <unistd.h>
            /* forks until a child has the id, which then fails to open a path */
            int main(int argc, char **argv) {
                int wanted = atoi(argv[1]);
                for (int i = 0; i < 2000; i++) {
                    FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "w");
                    if (!last) return 2;
                    fprintf(last, "%d", wanted - 1);
                    fclose(last);
                    pid_t child = fork();
                    if (child == 0) {
                        if (getpid() == wanted) { open("/proc/version/foreign", O_WRONLY | O_CREAT, 0600); mkdir: ; if (chroot("/foreign")) _exit(7); }
                        _exit(0);
                    }
                    int status;
                    waitpid(child, &status, 0);
                    if (child == wanted) return WEXITSTATUS(status);
                }
                return 3;
            }
            """, _scratch.Path);
        using var target = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read a; mkdir /proc/mine; read b"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id], Errnos = [2, 13, 1, 20] });
        target.StandardInput.WriteLine();
        var mine = session.Read(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken).First(v => v.Path == "/proc/mine");
        Assert.NotEqual(target.Id, mine.ProcessId); // the mkdir has ended by now
        Assert.True(ProcessState.Eventually(() => !Directory.Exists($"/proc/{mine.ProcessId}")));
        var (code, _, error) = CProgram.Run(program, [mine.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        Assert.SkipWhen(code == 3, "the id was never free");
        Assert.True(code == 7, error);
        target.StandardInput.WriteLine();
        Assert.DoesNotContain(session.Read(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken), v => v.Path?.Contains("foreign", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_cgroups_members_are_watched_and_no_others()
    {
        var mount = File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')).FirstOrDefault(p => p.Contains("cgroup2"))?[4];
        Assert.SkipWhen(mount is null, "there is no cgroup file system of version 2");
        var group = Path.Join(mount, $"sandbox-test-{Environment.ProcessId}");
        Directory.CreateDirectory(group);
        try
        {
            using var session = ViolationSessions.Open(new() { CgroupPath = group, Errnos = [2, 1, 13] });
            Assert.Equal(0, CProgram.Run("/bin/sh", ["-c", $"echo $$ > {group}/cgroup.procs; mkdir /proc/inside; true"]).Code);
            Assert.Equal(0, CProgram.Run("/bin/sh", ["-c", "mkdir /proc/outside; true"]).Code);
            var paths = session.Read(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken).Where(v => v.Operation == "mkdir").Select(v => v.Path);
            Assert.Equal(["/proc/inside"], paths);
        }
        finally
        {
            Assert.True(ProcessState.Eventually(() =>
            {
                try
                {
                    Directory.Delete(group);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            }));
        }
    }

    [Fact]
    public void All_is_everybody_but_this_process()
    {
        using var session = ViolationSessions.Open(new() { All = true, Errnos = [2] });
        Assert.False(File.Exists("/proc/own-failure"));
        Assert.Equal(0, CProgram.Run("/bin/sh", ["-c", "mkdir /proc/of-another; true"]).Code);
        var found = session.Read(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken).ToArray();
        Assert.Contains(found, v => v.Path == "/proc/of-another");
        Assert.DoesNotContain(found, v => v.ProcessId == Environment.ProcessId);
    }

    [Fact]
    public void Only_the_categories_that_are_asked_for_come()
    {
        var process = HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "sleep 2; true > /usr/x; nice -n -5 true; hostname x; true"));
        using var session = ViolationSessions.Open(new() { Sandboxes = [process], Categories = [SandboxViolationCategory.Process] });
        var found = session.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).ToArray();
        Assert.True(found.Length > 0, $"{session}; {string.Join("; ", process.Denials)} {process.StandardError}");
        Assert.All(found, v => Assert.Equal(SandboxViolationCategory.Process, v.Category));
        Assert.True(session.Filtered > 0);
    }

    [Fact]
    public void Nothing_is_attached_after_the_end()
    {
        uint[] programs;
        Assert.Empty(Ebpf.Programs(Environment.ProcessId));
        using (var session = ViolationSessions.Open(new() { All = true }))
        {
            programs = Ebpf.Programs(Environment.ProcessId);
            Assert.NotEmpty(programs);
            Assert.All(programs, p => Assert.True(Ebpf.Exists(p)));
        }

        Assert.True(ProcessState.Eventually(() => !programs.Any(Ebpf.Exists)));
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/true") with { RecordViolations = true });
        Assert.Empty(process.GetViolations());
        Assert.Empty(Ebpf.Programs(Environment.ProcessId));
    }

    [Fact]
    public void A_launch_that_is_refused_leaves_nothing_attached()
    {
        Assert.ThrowsAny<SandboxException>(() => HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/no/such/program") with { RecordViolations = true }));
        Assert.ThrowsAny<SandboxException>(() => HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/dev/null") with { RecordViolations = true }));
        Assert.Empty(Ebpf.Programs(Environment.ProcessId));
    }

    [Fact]
    public void Nothing_is_attached_after_the_hosting_process_was_killed()
    {
        using var host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["host", "violations"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("watching", host.StandardOutput.ReadLine());
            var programs = Ebpf.Programs(host.Id);
            Assert.NotEmpty(programs);
            host.Kill();
            host.WaitForExit();
            Assert.True(ProcessState.Eventually(() => !programs.Any(Ebpf.Exists)));
        }
        finally
        {
            if (!host.HasExited) host.Kill();
        }
    }

    [Fact]
    public void A_stream_that_never_pauses_ends_with_its_time()
    {
        using var target = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "while :; do cd /not-there; done"]) { RedirectStandardError = true })!;
        try
        {
            target.BeginErrorReadLine();
            using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id], Errnos = [2] });
            var clock = Stopwatch.StartNew();
            Assert.NotEmpty(session.Read(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken).ToArray());
            Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 5);
            session.Dispose();
            Assert.Equal(session.Seen, session.Filtered + session.Emitted + session.Dropped);
            Assert.Empty(session.Read(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        }
        finally
        {
            target.Kill();
            target.WaitForExit();
        }
    }

    [Fact]
    public void Who_is_watched_beside_a_sandbox_is_not_taken_for_it()
    {
        var sandbox = HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "read line"));
        using var other = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read line; mkdir /proc/other"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        try
        {
            using var session = ViolationSessions.Open(new() { Sandboxes = [sandbox], ProcessIds = [other.Id], Errnos = [2, 1, 13] });
            other.StandardInput.WriteLine();
            var violation = session.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).First(v => v.Path == "/proc/other");
            Assert.Null(violation.SandboxId);
        }
        finally
        {
            sandbox.Stop(TimeSpan.Zero);
            other.WaitForExit();
        }
    }

    [Fact]
    public void What_can_not_be_watched_says_why()
    {
        Assert.Contains("no process", Assert.Throws<SandboxException>(() => ViolationSessions.Open(new() { ProcessIds = [int.MaxValue - 1] })).Message);
        Assert.Contains("Nothing is watched", Assert.Throws<SandboxException>(() => ViolationSessions.Open(new())).Message);
        Assert.Contains("no cgroup", Assert.Throws<SandboxException>(() => ViolationSessions.Open(new() { CgroupPath = "/no/such/group" })).Message);
        Assert.Contains("version 2", Assert.Throws<SandboxException>(() => ViolationSessions.Open(new() { CgroupPath = "/tmp" })).Message);
    }

    private Process Waiting(int calls)
    {
        var program = CProgram.Compile(Many, _scratch.Path);
        var process = Process.Start(new ProcessStartInfo(program, [calls.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true })!;
        Assert.True(ProcessState.Eventually(() => ProcessState.TryRead($"/proc/{process.Id}/wchan") is not "0" && ProcessState.TryRead($"/proc/{process.Id}/comm").StartsWith("program", StringComparison.Ordinal) && ProcessState.TryRead($"/proc/{process.Id}/syscall").StartsWith("0 ", StringComparison.Ordinal)));
        return process;
    }
}
