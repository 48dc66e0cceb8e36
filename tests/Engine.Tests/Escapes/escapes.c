// Attempts to reach out of a sandbox: one per argument. Exit 0: it worked; 1: refused, with the reason on stdout.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <termios.h>
#include <unistd.h>

static int refused(const char *what) { printf("%s: %s\n", what, strerror(errno)); return 1; }
#define TRY(expression) ({ long result_ = (long)(expression); if (result_ < 0) return refused(#expression); result_; })

static int write_file(const char *path, const char *text, int flags) {
    int fd = TRY(open(path, O_WRONLY | flags, 0644));
    TRY(write(fd, text, strlen(text)));
    return close(fd) < 0 ? refused("close") : 0;
}

static int on_terminal(int (*act)(int), int terminal) {
    int status;
    if (fork() == 0) {
        // A terminal of our own becomes the controlling one, where the session allows it.
        setsid();
        ioctl(terminal, TIOCSCTTY, 1);
        _exit(act(terminal));
    }
    wait(&status);
    return WEXITSTATUS(status);
}
static int push(int fd) { char c = 'x'; TRY(syscall(SYS_ioctl, fd, (unsigned long)TIOCSTI, &c)); return 0; }
static int push_high(int fd) { char c = 'x'; TRY(syscall(SYS_ioctl, fd, (unsigned long)TIOCSTI | 0xabcdUL << 32, &c)); return 0; }
static int linux_console(int fd) { char c = 3; if (syscall(SYS_ioctl, fd, (unsigned long)TIOCLINUX, &c) < 0 && errno != ENOTTY && errno != EINVAL) return refused("TIOCLINUX"); return 0; }

static int terminal(void) {
    int z = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &z) < 0) return -1;
    return ioctl(master, 0x5441, O_RDWR | O_NOCTTY); // TIOCGPTPEER
}

int main(int argc, char **argv) {
    const char *what = argv[1], *path = argc > 2 ? argv[2] : "";
    int number = atoi(path);
    #define IS(name) (!strcmp(what, name))
    setvbuf(stdout, 0, _IONBF, 0);
    // Terminals, signals, ptrace
    if (IS("TIOCSTI")) return on_terminal(push, TRY(terminal()));
    if (IS("TIOCSTI-high")) return on_terminal(push_high, TRY(terminal()));
    if (IS("TIOCLINUX")) return on_terminal(linux_console, TRY(terminal()));
    if (IS("kill")) { TRY(kill(number, SIGKILL)); return 0; }
    if (IS("pidfd")) { int fd = TRY(syscall(SYS_pidfd_open, number, 0)); TRY(syscall(SYS_pidfd_send_signal, fd, SIGKILL, 0, 0)); return 0; }
    if (IS("ptrace")) { TRY(ptrace(PTRACE_ATTACH, number, 0, 0)); int s; waitpid(number, &s, 0); ptrace(PTRACE_DETACH, number, 0, 0); return 0; }
    if (IS("vm-read")) { char b[8]; struct iovec l = {b, 8}, r = {(void *)strtoul(argv[3], 0, 0), 8}; TRY(process_vm_readv(number, &l, 1, &r, 1, 0)); return 0; }
    if (IS("proc-mem")) { char f[64]; snprintf(f, 64, "/proc/%d/mem", number); TRY(open(f, O_RDONLY)); return 0; }
    // Files
    if (IS("write")) return write_file(path, "escaped", O_CREAT | O_TRUNC);
    if (IS("read")) { char b[64]; int fd = TRY(open(path, O_RDONLY)); TRY(read(fd, b, 64)); return 0; }
    if (IS("open-write")) { TRY(open(path, O_WRONLY)); return 0; }
    if (IS("list")) { TRY(opendir(path) ? 0 : -1); return 0; }
    if (IS("hard-link")) { TRY(link(path, argv[3])); return 0; }
    if (IS("device")) { TRY(mknod(argv[2], S_IFCHR | 0666, makedev(strtoul(argv[3], 0, 10), strtoul(argv[4], 0, 10)))); int fd = TRY(open(argv[2], O_RDONLY)); close(fd); return 0; }
    if (IS("handle")) {
        union { struct file_handle h; char space[sizeof(struct file_handle) + 128]; } u;
        FILE *saved = fopen(argv[3], "r");
        if (!saved) return refused("handle");
        if (fread(&u, 1, sizeof u, saved) != sizeof u) return 2;
        int mount = TRY(open(argv[4], O_RDONLY));
        int fd = TRY(open_by_handle_at(mount, &u.h, O_RDONLY));
        char b[16] = {0}; TRY(read(fd, b, 15)); return strncmp(b, "secret", 6) ? 1 : 0;
    }
    if (IS("save-handle")) {
        union { struct file_handle h; char space[sizeof(struct file_handle) + 128]; } u; int id;
        memset(&u, 0, sizeof u); u.h.handle_bytes = 128;
        TRY(name_to_handle_at(AT_FDCWD, path, &u.h, &id, 0));
        FILE *f = fopen(argv[3], "w"); fwrite(&u, 1, sizeof u, f); fclose(f); return 0;
    }
    if (IS("own-exe")) { int fd = TRY(open("/proc/1/exe", O_WRONLY)); TRY(write(fd, "x", 1)); return 0; }
    if (IS("remount")) { TRY(mount(0, path, 0, MS_REMOUNT | MS_BIND, 0)); return 0; }
    if (IS("umount")) { TRY(umount2(path, MNT_DETACH)); return 0; }
    if (IS("mount")) { TRY(mount("tmpfs", path, "tmpfs", 0, "size=4k")); return 0; }
    if (IS("new-mount")) { int f = TRY(syscall(SYS_fsopen, "tmpfs", 1)); TRY(syscall(SYS_fsconfig, f, 6, 0, 0, 0)); TRY(syscall(SYS_fsmount, f, 1, 0)); return 0; }
    if (IS("open-tree")) { TRY(syscall(SYS_open_tree, AT_FDCWD, path, 1 | O_CLOEXEC)); return 0; }
    if (IS("mount-attributes")) { struct { unsigned long set, clear, propagation, ns; } a = {0, 1, 0, 0}; TRY(syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &a, sizeof a)); return 0; }
    if (IS("chroot")) { TRY(chroot(path)); return 0; }
    if (IS("setuid-file")) { TRY(execl(path, path, "-c", "test $(id -u) = 0", (char *)0)); }
    // Kernel interfaces
    if (IS("unshare-user")) { TRY(unshare(CLONE_NEWUSER)); return 0; }
    if (IS("clone-user")) { long p = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); if (p == 0) _exit(0); TRY(p); return 0; }
    if (IS("clone3-user")) { unsigned long a[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD}; long p = syscall(SYS_clone3, a, sizeof a); if (p == 0) _exit(0); TRY(p); return 0; }
    if (IS("setns")) { int fd = TRY(open(path, O_RDONLY)); TRY(setns(fd, 0)); return 0; }
    if (IS("io_uring")) { char p[120] = {0}; TRY(syscall(SYS_io_uring_setup, 4, p)); return 0; }
    if (IS("bpf")) { unsigned a[32] = {2, 4, 4, 1}; TRY(syscall(SYS_bpf, 0, a, sizeof a)); return 0; }
    if (IS("perf")) { char a[128] = {0}; *(unsigned *)a = 1; *(unsigned *)(a + 4) = 128; TRY(syscall(SYS_perf_event_open, a, 0, -1, -1, 0)); return 0; }
    if (IS("userfaultfd")) { TRY(syscall(SYS_userfaultfd, 0)); return 0; }
    if (IS("keyring")) { TRY(syscall(SYS_add_key, "user", "sandbox-test", "x", 1, KEY_SPEC_THREAD_KEYRING)); return 0; }
    if (IS("find-key")) { TRY(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", path, 0)); return 0; }
    if (IS("kcmp-modules")) { TRY(syscall(SYS_init_module, "", 0, "")); return 0; }
    if (IS("kexec")) { TRY(syscall(SYS_kexec_load, 0, 0, 0, 0)); return 0; }
#ifdef __x86_64__
    if (IS("int80")) { int r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); printf("%d\n", r); return r > 0 ? 0 : 1; }
    if (IS("x32")) { long r = syscall(0x40000000 + 39); return r > 0 ? 0 : refused("x32"); }
#endif
    // Sockets
    if (IS("abstract") || IS("unix")) {
        struct sockaddr_un a = {AF_UNIX}; int s = TRY(socket(AF_UNIX, SOCK_STREAM, 0));
        strcpy(a.sun_path + (IS("abstract") ? 1 : 0), path);
        TRY(connect(s, (void *)&a, IS("abstract") ? sizeof(short) + 1 + strlen(path) : sizeof a)); return 0;
    }
    if (IS("loopback")) { struct sockaddr_in a = {AF_INET, htons(number), {htonl(INADDR_LOOPBACK)}}; int s = TRY(socket(AF_INET, SOCK_STREAM, 0)); TRY(connect(s, (void *)&a, sizeof a)); return 0; }
    if (IS("socket")) { TRY(socket(number, atoi(argv[3]), atoi(argv[4]))); return 0; }
    // A descriptor that came along
    if (IS("directory-fd")) { int fd = TRY(openat(number, argv[3], O_WRONLY | O_CREAT, 0644)); TRY(write(fd, "escaped", 7)); return 0; }
    printf("unknown attempt %s\n", what);
    return 3;
}
