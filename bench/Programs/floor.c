/* The least that any launcher pays for these namespaces: clone3(2) and execve(2) from a small process, nothing else.
   floor TRUE STAMP: for each 't' or 's' on the standard input it runs that program once and writes two 64-bit numbers:
   nanoseconds to the program's first instruction (0 for TRUE) and until it was reaped. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
    char which;
    while (argc == 3 && read(0, &which, 1) == 1) {
        char *path = which == 's' ? argv[2] : argv[1];
        char *arguments[] = {path, 0}, *none[] = {0};
        int out[2], status;
        int64_t stamp = 0, begun = now();
        if (pipe2(out, O_CLOEXEC)) return 2;
        struct clone_args how = {
            .flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWTIME,
            .exit_signal = SIGCHLD};
        long pid = syscall(SYS_clone3, &how, sizeof how);
        if (pid < 0) return 3;
        if (pid == 0) {
            dup2(out[1], 1);
            execve(path, arguments, none);
            _exit(127);
        }
        close(out[1]);
        if (which == 's' && read(out[0], &stamp, sizeof stamp) != sizeof stamp) return 4;
        waitpid(pid, &status, 0);
        int64_t answer[2] = {stamp ? stamp - begun : 0, now() - begun};
        close(out[0]);
        if (status != 0 || write(1, answer, sizeof answer) != sizeof answer) return 5;
    }
    return 0;
}
