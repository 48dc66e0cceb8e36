using System.Diagnostics;
using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Analysis;

public sealed class SeccompFilterReaderTests : IDisposable
{
    // Installs each file given, then sleeps; the second thread gets a filter of its own.
    private const string Source = """
        #define _GNU_SOURCE
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/prctl.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        static void install(const char *path, int flags) {
            static struct sock_filter code[5000];
            FILE *file = fopen(path, "r");
            struct sock_fprog filter = { .filter = code };
            filter.len = fread(code, 8, 5000, file);
            fclose(file);
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter)) { perror("install"); exit(3); }
        }
        static void *other(void *path) {
            install(path, 0);
            printf("%d %ld\n", getpid(), syscall(SYS_gettid));
            fflush(stdout);
            pause();
            return 0;
        }
        int main(int argc, char **argv) {
            pthread_t thread;
            for (int i = 1; i < argc - 1; i++) install(argv[i], i == 1 ? SECCOMP_FILTER_FLAG_LOG : 0);
            if (argc > 1) pthread_create(&thread, 0, other, argv[argc - 1]);
            else { printf("%d 0\n", getpid()); fflush(stdout); }
            pause();
            return 0;
        }
        """;

    private readonly string directory = Directory.CreateTempSubdirectory("filters-").FullName;
    private Process? shell;
    private int program;

    public void Dispose()
    {
        if (program != 0)
        {
            using var target = Process.GetProcessById(program);
            target.Kill();
        }

        shell?.WaitForExit();
        shell?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void The_filters_of_a_thread_are_read_newest_first_and_compared()
    {
        var first = new SeccompPolicy("first", SeccompAction.Allow, [new(["ptrace"], SeccompAction.Errno, 1)]);
        var second = new SeccompPolicy("second", SeccompAction.Allow, [new(["acct"], SeccompAction.Errno, 1), new(["socket"], SeccompAction.Errno, 13, [new(0, SeccompOperator.Equal, 40)])]);
        var third = new SeccompPolicy("third", SeccompAction.Allow, [new(["swapon"], SeccompAction.KillProcess)]);
        int thread = Start(first, second, third);
        var filters = SeccompFilterReader.Read(program, null, first);
        Assert.Equal([.. new[] { second, first }.Select(policy => Convert.ToHexString(SeccompCompiler.Compile(policy).ToBytes()))], filters.Select(filter => Convert.ToHexString(filter.Program.ToBytes())));
        Assert.Equal([(0, false, false), (1, true, true)], filters.Select(filter => (filter.Index, filter.Log, filter.Matches!.Value)));
        Assert.Equal(["acct", "ptrace", "socket"], filters[0].Differences!.Select(difference => difference.Syscall));
        Assert.Equal(3, SeccompFilterReader.Read(program, thread).Count);
        Assert.Equal(SeccompCompiler.Compile(third).ToBytes(), SeccompFilterReader.Read(program, thread)[0].Program.ToBytes());
        // It runs on, untraced.
        string status = File.ReadAllText($"/proc/{program}/status");
        Assert.Contains("TracerPid:\t0", status, StringComparison.Ordinal);
        Assert.Contains("State:\tS", status, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_without_filters_has_none()
    {
        Start();
        Assert.Empty(SeccompFilterReader.Read(program));
    }

    [Fact]
    public void A_process_that_cannot_be_read_is_an_error()
    {
        Assert.Equal("GetSeccompFilter,ESRCH", Assert.Throws<SandboxException>(() => SeccompFilterReader.Read(int.MaxValue - 1)).ErrorId);
        Assert.Equal("GetSeccompFilter,OWN_PROCESS", Assert.Throws<SandboxException>(() => SeccompFilterReader.Read(Environment.ProcessId)).ErrorId);
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/strace"), "needs root and strace");
        Start();
        Assert.Equal("GetSeccompFilter,OWN_CHILD", Assert.Throws<SandboxException>(() => SeccompFilterReader.Read(shell!.Id)).ErrorId);
        using var tracer = Process.Start(new ProcessStartInfo("/usr/bin/strace", ["-qq", "-o", "/dev/null", "-p", program.ToString(CultureInfo.InvariantCulture)]))!;
        try
        {
            long start = Environment.TickCount64;
            while (File.ReadAllText($"/proc/{program}/status").Contains("TracerPid:\t0", StringComparison.Ordinal) && Environment.TickCount64 - start < 5000) Thread.Sleep(10);
            Assert.Equal("GetSeccompFilter,EPERM", Assert.Throws<SandboxException>(() => SeccompFilterReader.Read(program)).ErrorId);
        }
        finally
        {
            tracer.Kill();
            tracer.WaitForExit();
        }
    }

    private int Start(params SeccompPolicy[] policies)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string file = CProgram.Compile(Source, directory);
        string[] files = [.. policies.Select(policy => Path.Combine(directory, policy.Name + ".bpf"))];
        for (int at = 0; at < files.Length; at++) SeccompFile.Write(policies[at], files[at]);
        // A shell between, since the own child isn't traced.
        shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "\"$0\" \"$@\" 2>/dev/null; exit 0", file, .. files]) { RedirectStandardOutput = true })!;
        int[] ids = [.. shell.StandardOutput.ReadLine()!.Split(' ').Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        program = ids[0];
        return ids[1];
    }
}
