using System.Diagnostics;
using System.Globalization;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Denials;

/// <summary>A C program that makes denied calls, which the kernel logs, in the process that a mode says. It waits for a word first.</summary>
internal sealed class Denier : IDisposable
{
    // getppid is refused with an errno, every call of i386, getpid of x32, and getpgrp kills.
    private const string Source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <pthread.h>
        #include <sched.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #include <linux/audit.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        #define LOGGED (SECCOMP_RET_ERRNO | 77)
        static struct sock_filter code[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 4, 0),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 2, 0),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40000027, 1, 0),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 1, 2),
            BPF_STMT(BPF_RET | BPF_K, LOGGED),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        static int count;
        static void *calls(void *unused) {
            for (int i = 0; i < count; i++) if (syscall(SYS_getppid) != -1 || errno != 77) { perror("not denied"); _exit(3); }
            return unused;
        }
        static void threaded(void *(*run)(void *)) {
            pthread_t thread;
            pthread_create(&thread, NULL, run, NULL);
            pthread_join(thread, NULL);
        }
        static void *child(void *unused) {
            pid_t pid = fork();
            if (pid == 0) { calls(NULL); _exit(0); }
            waitpid(pid, NULL, 0);
            return unused;
        }
        static void grandchild(void) {
            pid_t pid = fork();
            if (pid == 0) {
                if (fork() == 0) { calls(NULL); _exit(0); }
                _exit(0);
            }
            waitpid(pid, NULL, 0);
        }
        static void space(int depth) {
            if (unshare(CLONE_NEWPID)) { perror("unshare"); exit(4); }
            pid_t pid = fork();
            if (pid == 0) {
                calls(NULL);
                if (depth > 1) space(depth - 1);
                _exit(0);
            }
            waitpid(pid, NULL, 0);
        }
        int main(int argc, char **argv) {
            struct sock_fprog filter = { sizeof code / sizeof *code, code };
            struct rlimit none = { 0, 0 };
            const char *mode = argv[1];
            char word;
            count = atoi(argv[2]);
            setrlimit(RLIMIT_CORE, &none);
            prctl(PR_SET_CHILD_SUBREAPER, 1);
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &filter)) { perror("filter"); return 2; }
            if (read(0, &word, 1) != 1) return 0;
            if (!strcmp(mode, "self")) calls(NULL);
            else if (!strcmp(mode, "thread")) threaded(calls);
            else if (!strcmp(mode, "child")) child(NULL);
            else if (!strcmp(mode, "threadchild")) threaded(child);
            else if (!strcmp(mode, "storm")) {
                int storms = count;
                count = 1;
                for (int i = 0; i < storms; i++) grandchild();
            }
            else if (!strcmp(mode, "slowchild")) {
                if (fork() == 0) { usleep(700000); calls(NULL); usleep(300000); _exit(0); }
            }
            else if (!strcmp(mode, "space")) space(2);
            else if (!strcmp(mode, "flood")) for (;;) calls(NULL);
            else if (!strcmp(mode, "forkflood")) for (;;) child(NULL);
            else if (!strcmp(mode, "odd")) { prctl(PR_SET_NAME, "a \"b\n\xc3\xa4"); calls(NULL); }
            else if (!strcmp(mode, "kill")) {
                pid_t pid = fork();
                if (pid == 0) syscall(SYS_getpgid, 0);
                waitpid(pid, NULL, 0);
            }
        #ifdef __x86_64__
            else if (!strcmp(mode, "i386")) { int result; __asm__ volatile("int $0x80" : "=a"(result) : "a"(3), "b"(0), "c"(0), "d"(0) : "memory"); }
            else if (!strcmp(mode, "x32")) syscall(0x40000027);
        #endif
            while (wait(NULL) > 0) ;
            return 0;
        }
        """;

    private static readonly Lazy<string> Program = new(() => CProgram.Compile(Source, Scratch.Directory.Path));
    private readonly Process _process;
    private bool _disposed;

    public Denier(string mode, int count, params string[] wrapper)
    {
        string[] command = [.. wrapper, Program.Value, mode, count.ToString(CultureInfo.InvariantCulture)];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true })!;
        // A wrapper may have made it its child.
        if (!ProcessState.Eventually(() => (Id = Filtered(_process.Id)) != 0)) throw new InvalidOperationException("no filter");
    }

    /// <summary>The process that has the filter.</summary>
    public int Id { get; private set; }

    /// <summary>Lets it begin, and waits for its end unless it has none.</summary>
    public void Go(bool wait = true)
    {
        _process.StandardInput.Write('x');
        _process.StandardInput.Flush();
        if (!wait) return;
        Assert.True(_process.WaitForExit(300_000), "the program hangs");
        Assert.Equal(0, _process.ExitCode);
    }

    private static int Filtered(int pid)
    {
        if (ProcessState.TryRead($"/proc/{pid}/status").Contains("Seccomp:\t2", StringComparison.Ordinal)) return pid;
        return int.TryParse(ProcessState.TryRead($"/proc/{pid}/task/{pid}/children").Split(' ')[0], CultureInfo.InvariantCulture, out var child) ? Filtered(child) : 0;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
