using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>Installs filters in a C program and makes calls there: the kernel's own answer.</summary>
internal sealed class FilteredChild : IDisposable
{
    // One process for each call, so that an action that kills is an answer like the others.
    private const string Source = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/prctl.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #include <linux/filter.h>
        #include <linux/seccomp.h>
        static void trapped(int s) { (void)s; syscall(SYS_exit_group, 99); }
        static struct sock_fprog filter;
        static int install(void) {
            return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
        }
        int main(int argc, char **argv) {
            static struct sock_filter code[5000];
            FILE *file = fopen(argv[1], "r");
            if (!file) return 2;
            filter.len = fread(code, 8, 5000, file);
            filter.filter = code;
            fclose(file);
            if (argc > 2) {
                if (install()) { perror("install"); return 3; }
                execvp(argv[2], argv + 2);
                perror(argv[2]);
                return 4;
            }
            char line[512];
            while (fgets(line, sizeof line, stdin)) {
                unsigned long n[7] = {0};
                char *at = line;
                for (int i = 0; i < 7; i++) n[i] = strtoul(at, &at, 0);
                int pipes[2];
                if (pipe(pipes)) return 5;
                pid_t child = fork();
                if (child == 0) {
                    signal(SIGSYS, trapped);
                    if (install()) { int e = -errno - 10000; syscall(SYS_write, pipes[1], &e, sizeof e); syscall(SYS_exit_group, 0); }
                    long result = syscall(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
                    int e = result == -1 ? errno : 0;
                    syscall(SYS_write, pipes[1], &e, sizeof e);
                    syscall(SYS_exit_group, 0);
                }
                close(pipes[1]);
                int e = 0, status;
                int size = read(pipes[0], &e, sizeof e);
                close(pipes[0]);
                waitpid(child, &status, 0);
                if (WIFSIGNALED(status)) printf("killed %d\n", WTERMSIG(status));
                else if (WEXITSTATUS(status) == 99) printf("trap\n");
                else if (size != sizeof e) printf("silent\n");
                else if (e <= -10000) printf("refused %d\n", -e - 10000);
                else printf("errno %d\n", e);
                fflush(stdout);
            }
            return 0;
        }
        """;

    private readonly string directory = Directory.CreateTempSubdirectory("seccomp-test-").FullName;
    private readonly string program;

    public FilteredChild()
    {
        Assert.SkipUnless(SeccompArchitectures.Native is SeccompArchitecture.X86_64 or SeccompArchitecture.AArch64, "the calls are those of x86_64 and aarch64");
        program = CProgram.Compile(Source, directory);
    }

    /// <summary>What the kernel answers to each call: <c>errno N</c>, <c>trap</c>, <c>killed N</c>, <c>refused N</c> (the filter).</summary>
    public string[] Call(SeccompProgram filter, IEnumerable<SeccompCall> calls)
    {
        string lines = string.Concat(calls.Select(call => string.Create(CultureInfo.InvariantCulture, $"{call.Number} {string.Join(' ', call.Arguments)}\n")));
        var (code, output, error) = CProgram.Run(program, [Save(filter)], lines);
        Assert.True(code == 0, error);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public (int Code, string Output, string Error) Execute(SeccompProgram filter, params string[] command) => CProgram.Run(program, [Save(filter), .. command]);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Save(SeccompProgram filter)
    {
        string file = Path.Combine(directory, "filter");
        File.WriteAllBytes(file, filter.ToBytes());
        return file;
    }
}
