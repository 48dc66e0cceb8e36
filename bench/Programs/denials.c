// Makes denied calls and times each: denials COUNT MODE [SECONDS before it begins]
//   plain       makes them only: a filter or a tracer is somebody else's
//   errno       installs a filter that answers EPERM by itself, and says nothing: the floor
//   log         the same with SECCOMP_FILTER_FLAG_LOG
//   supervised  answered by a bare supervisor in C, its parent, that reads the path of each
// Prints: seconds in all, nanoseconds a call at the 50th and 99th percentile.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int compare(const void *a, const void *b) { return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : *(const uint32_t *)a > *(const uint32_t *)b; }

static int install(uint32_t answer, unsigned flags) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, code };
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int make(int count) {
    uint32_t *times = malloc(count * sizeof *times);
    int64_t begin = now(), last = begin;
    for (int i = 0; i < count; i++) {
        if (syscall(SYS_chroot, "/some/path/of/a/usual/length") != -1 || errno != EPERM) return 3;
        int64_t end = now();
        times[i] = end - last;
        last = end;
    }
    qsort(times, count, sizeof *times, compare);
    printf("%.6f %u %u\n", (last - begin) / 1e9, times[count / 2], times[(int)(count * 0.99)]);
    fflush(stdout);
    return 0;
}

static void supervise(int listener, pid_t target) {
    struct seccomp_notif call;
    struct seccomp_notif_resp answer;
    char path[256];
    for (;;) {
        memset(&call, 0, sizeof call);
        struct pollfd poll_one = { listener, POLLIN, 0 };
        poll(&poll_one, 1, -1);
        if (!(poll_one.revents & POLLIN)) return;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) continue;
        struct iovec local = { path, sizeof path }, remote = { (void *)call.data.args[0], sizeof path };
        process_vm_readv(call.pid, &local, 1, &remote, 1, 0);
        ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id);
        memset(&answer, 0, sizeof answer);
        answer.id = call.id;
        answer.error = -EPERM;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

static int supervised(int count) {
    int pair[2], number;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    pid_t child = fork();
    if (child == 0) {
        number = install(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER | (1u << 5));
        if (write(pair[0], &number, 4) != 4 || read(pair[0], &number, 1) != 1) _exit(4);
        _exit(make(count));
    }
    if (read(pair[1], &number, 4) != 4) return 4;
    int listener = syscall(438 /* pidfd_getfd */, (int)syscall(434 /* pidfd_open */, child, 0), number, 0);
    ioctl(listener, 0x40082104 /* SECCOMP_IOCTL_NOTIF_SET_FLAGS */, 1UL);
    if (listener < 0 || write(pair[1], "", 1) != 1) return 5;
    supervise(listener, child);
    int status;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    int count = atoi(argv[1]);
    if (argc > 3) sleep(atoi(argv[3]));
    if (!strcmp(argv[2], "errno") && install(SECCOMP_RET_ERRNO | EPERM, 0)) return 6;
    if (!strcmp(argv[2], "log") && install(SECCOMP_RET_ERRNO | EPERM, SECCOMP_FILTER_FLAG_LOG)) return 6;
    return !strcmp(argv[2], "supervised") ? supervised(count) : make(count);
}
