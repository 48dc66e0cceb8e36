// Makes one call that fails: program [-w] [-s] [-f] [-c DIR] [-after VERB PATH] call arguments…
// -w waits for a byte first, -s stays afterwards, -f has a filter of its own that refuses mkdir with EACCES, -c changes the directory first;
// -undo PATH makes a file, takes its rights away before the call and removes it afterwards, -allow PATH gives them back instead.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static long number(const char *text) { return strtol(text, NULL, 0); }

static int inet(const char *port, int (*call)(int, const struct sockaddr *, socklen_t)) {
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(number(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return call(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&in, sizeof in);
}

static int local(const char *path, int (*call)(int, const struct sockaddr *, socklen_t)) {
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    strncpy(un.sun_path, path, sizeof un.sun_path - 1);
    socklen_t length = sizeof(sa_family_t) + strlen(path) + (path[0] != '@');
    if (path[0] == '@') un.sun_path[0] = 0;
    return call(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&un, length);
}

static long attempt(char **a) {
    const char *call = a[0];
    if (!strcmp(call, "open")) return openat(AT_FDCWD, a[1], number(a[2]), 0600);
    if (!strcmp(call, "openat2")) { unsigned long how[3] = { number(a[2]), 0, 0 }; return syscall(SYS_openat2, AT_FDCWD, a[1], how, sizeof how); }
    if (!strcmp(call, "access")) return syscall(SYS_faccessat, AT_FDCWD, a[1], number(a[2]));
    if (!strcmp(call, "exec")) { char *args[] = { a[1], NULL }; return execve(a[1], args, environ); }
    if (!strcmp(call, "mkdir")) return mkdirat(AT_FDCWD, a[1], 0700);
    if (!strcmp(call, "rmdir")) return unlinkat(AT_FDCWD, a[1], AT_REMOVEDIR);
    if (!strcmp(call, "unlink")) return unlinkat(AT_FDCWD, a[1], 0);
    if (!strcmp(call, "rename")) return syscall(SYS_renameat2, AT_FDCWD, a[1], AT_FDCWD, a[2], 0);
    if (!strcmp(call, "link")) return linkat(AT_FDCWD, a[1], AT_FDCWD, a[2], 0);
    if (!strcmp(call, "symlink")) return symlinkat("target", AT_FDCWD, a[1]);
    if (!strcmp(call, "mknod")) return mknodat(AT_FDCWD, a[1], number(a[2]), number(a[3]));
    if (!strcmp(call, "chmod")) return syscall(SYS_fchmodat, AT_FDCWD, a[1], 0600);
    if (!strcmp(call, "chown")) return fchownat(AT_FDCWD, a[1], number(a[2]), number(a[3]), 0);
    if (!strcmp(call, "truncate")) return truncate(a[1], 0);
    if (!strcmp(call, "chdir")) return chdir(a[1]);
    if (!strcmp(call, "chroot")) return chroot(a[1]);
    if (!strcmp(call, "times")) { struct timespec t[2] = { { 1, 0 }, { 1, 0 } }; return utimensat(AT_FDCWD, a[1], t, 0); }
    if (!strcmp(call, "trusted")) return setxattr(a[1], "trusted.x", "1", 1, 0);
    if (!strcmp(call, "mount")) return mount("none", a[1], "tmpfs", 0, NULL);
    if (!strcmp(call, "umount")) return umount2(a[1], MNT_DETACH);
    if (!strcmp(call, "hostname")) return sethostname("x", 1);
    if (!strcmp(call, "settime")) { struct timespec t = { 1, 0 }; return syscall(SYS_clock_settime, CLOCK_REALTIME, &t); }
    if (!strcmp(call, "setuid")) return syscall(SYS_setuid, number(a[1]));
    if (!strcmp(call, "setgroups")) { gid_t group = 0; return syscall(SYS_setgroups, 1, &group); }
    if (!strcmp(call, "unshare")) return unshare(number(a[1]));
    if (!strcmp(call, "rlimit")) {
        struct rlimit low = { 0, 4096 }, high = { 0, 8192 };
        return setrlimit(RLIMIT_CORE, &low) ? 0 : syscall(SYS_prlimit64, 0, RLIMIT_CORE, &high, NULL);
    }
    if (!strcmp(call, "mlockall")) { struct rlimit none = { 0, 0 }; return setrlimit(RLIMIT_MEMLOCK, &none) ? 0 : mlockall(MCL_CURRENT); }
    if (!strcmp(call, "priority")) return setpriority(PRIO_PROCESS, 0, -5);
    if (!strcmp(call, "swapon")) return swapon(a[1], 0);
    if (!strcmp(call, "acct")) return acct(a[1]);
    if (!strcmp(call, "vhangup")) return syscall(SYS_vhangup);
    if (!strcmp(call, "reboot")) return reboot(RB_DISABLE_CAD);
    if (!strcmp(call, "bpf")) { char attr[64] = { 0 }; attr[0] = 2; attr[4] = 4; attr[8] = 4; attr[12] = 1; return syscall(SYS_bpf, 0, attr, sizeof attr); }
    if (!strcmp(call, "raw")) return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (!strcmp(call, "packet")) return socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    if (!strcmp(call, "connect")) return inet(a[1], connect);
    if (!strcmp(call, "bind")) return inet(a[1], bind);
    if (!strcmp(call, "connectunix")) return local(a[1], connect);
    if (!strcmp(call, "bindunix")) return local(a[1], bind);
    if (!strcmp(call, "kill")) return kill(number(a[1]), 0);
    if (!strcmp(call, "vmread")) { char byte; struct iovec io = { &byte, 1 }; return process_vm_readv(number(a[1]), &io, 1, &io, 1, 0); }
    fprintf(stderr, "no call %s\n", call);
    exit(9);
}

int main(int argc, char **argv) {
    int wait = 0, stay = 0, i = 1;
    const char *undo = NULL, *allow = NULL;
    char word;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "-w")) wait = 1;
        else if (!strcmp(argv[i], "-s")) stay = 1;
        else if (!strcmp(argv[i], "-c") && chdir(argv[++i])) return 8;
        else if (!strcmp(argv[i], "-undo")) undo = argv[++i];
        else if (!strcmp(argv[i], "-allow")) allow = argv[++i];
        else if (!strcmp(argv[i], "-f")) {
            struct sock_fprog filter = { sizeof code / sizeof *code, code };
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 7;
        }
    }
    if (wait) { if (write(1, "ready\n", 6) != 6 || read(0, &word, 1) != 1) return 6; }
    if (undo || allow) close(open(undo ? undo : allow, O_WRONLY | O_CREAT, 0));
    long result = attempt(argv + i);
    int error = result < 0 ? errno : 0;
    if (undo) unlink(undo);
    if (allow) chmod(allow, 0600);
    printf("done %d\n", error);
    fflush(stdout);
    if (stay) { if (wait) { if (read(0, &word, 1) < 0) return 5; } else pause(); }
    return 0;
}
