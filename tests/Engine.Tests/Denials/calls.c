// Makes calls that fail or do no harm, each announced by its number and arguments, and waits, so that its memory can be read.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fanotify.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>
#include <arpa/inet.h>

#define DETACH 2
#define UMOUNT_NO_FOLLOW 8
#define CALL(...) call(__VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)
#define P(x) ((long)(x))
#define NOWHERE "/nonexistent/file"

static void call(long number, ...)
{
    long a[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    printf("%ld %lx %lx %lx %lx %lx %lx\n", number, a[0], a[1], a[2], a[3], a[4], a[5]);
    fflush(stdout);
    syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int main(void)
{
    printf("pid %d\n", getpid());
    fflush(stdout);
    syscall(SYS_getppid);
    long bad = -1L, here = AT_FDCWD;
    int flags[] = {O_RDONLY, O_WRONLY | O_APPEND, O_RDWR | O_EXCL, O_RDONLY | O_DIRECTORY | O_CLOEXEC, O_RDONLY | O_NOFOLLOW | O_PATH,
                   O_WRONLY | O_SYNC, O_WRONLY | O_DSYNC, O_RDWR | O_DIRECT | O_NOATIME, O_RDONLY | O_NONBLOCK | O_NOCTTY, O_WRONLY | O_TRUNC | 0100000};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) CALL(SYS_openat, here, P(NOWHERE), (long)flags[i]);
    CALL(SYS_openat, here, P("/nonexistent/\t\x1b\xff\n\"\\"), (long)(O_WRONLY | O_CREAT | O_EXCL), 0640L);
    CALL(SYS_open, P("relative/nowhere"), (long)(O_RDWR | O_TMPFILE), 0600L);
    struct open_how how = {.flags = O_RDWR | O_CREAT, .mode = 0600, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    CALL(SYS_openat2, here, P(NOWHERE), P(&how), (long)sizeof how);
    CALL(SYS_renameat2, here, P(NOWHERE), here, P(NOWHERE "2"), 1L);
    CALL(SYS_linkat, here, P(NOWHERE), here, P(NOWHERE "2"), (long)AT_SYMLINK_FOLLOW);
    CALL(SYS_unlinkat, here, P(NOWHERE), (long)AT_REMOVEDIR);
    CALL(SYS_mkdirat, here, P(NOWHERE), 0755L);
    CALL(SYS_mknodat, here, P(NOWHERE), (long)(S_IFBLK | 0600), 0x811L);
    CALL(SYS_mknodat, here, P(NOWHERE), (long)(S_IFIFO | 0644), 0L);
    CALL(SYS_symlinkat, P("to/somewhere"), here, P(NOWHERE));
    CALL(SYS_faccessat, here, P(NOWHERE), (long)(R_OK | W_OK));
    CALL(SYS_faccessat, here, P(NOWHERE), (long)F_OK);
    CALL(SYS_newfstatat, here, P(NOWHERE), 0L, (long)AT_SYMLINK_NOFOLLOW);
    CALL(SYS_fchownat, here, P(NOWHERE), 5L, 6L, (long)AT_SYMLINK_NOFOLLOW);
    CALL(SYS_execveat, here, P(NOWHERE), 0L, 0L, (long)AT_SYMLINK_NOFOLLOW);
    CALL(SYS_setxattr, P(NOWHERE), P("user.name"), 0L, 0L, 1L);
    CALL(SYS_inotify_add_watch, bad, P(NOWHERE), (long)(IN_CREATE | IN_DELETE | IN_ONLYDIR));
    CALL(SYS_fanotify_init, (long)(FAN_CLASS_CONTENT | FAN_CLOEXEC | 0x80000000), (long)O_RDONLY);
    CALL(SYS_fanotify_mark, bad, (long)(FAN_MARK_ADD | FAN_MARK_MOUNT), (long)(FAN_OPEN | FAN_CLOSE_WRITE), here, P(NOWHERE));
    CALL(SYS_name_to_handle_at, here, P(NOWHERE), 0L, 0L, (long)AT_EMPTY_PATH);
    CALL(SYS_swapon, P(NOWHERE), 0L);
    CALL(SYS_mount, P("source"), P(NOWHERE), P("tmpfs"), (long)(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_REMOUNT | MS_BIND), 0L);
    CALL(SYS_mount, P("none"), P(NOWHERE), P("none"), (long)(MS_REC | MS_PRIVATE), 0L);
    CALL(SYS_umount2, P(NOWHERE), (long)(DETACH | UMOUNT_NO_FOLLOW));
    CALL(SYS_pivot_root, P(NOWHERE), P(NOWHERE "2"));
    CALL(SYS_fsopen, P("nosuchfs"), 1L);
    CALL(SYS_fspick, here, P(NOWHERE), (long)(FSPICK_CLOEXEC | FSPICK_NO_AUTOMOUNT));
    CALL(SYS_open_tree, here, P(NOWHERE), (long)(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
    CALL(SYS_move_mount, here, P(NOWHERE), here, P(NOWHERE), (long)(MOVE_MOUNT_F_SYMLINKS | MOVE_MOUNT_T_SYMLINKS));
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, .propagation = MS_PRIVATE, .userns_fd = 5};
    CALL(SYS_mount_setattr, here, P(NOWHERE), (long)AT_RECURSIVE, P(&attr), (long)sizeof attr);

    int types[] = {SOCK_STREAM | SOCK_CLOEXEC, SOCK_DGRAM | SOCK_NONBLOCK, SOCK_RAW};
    int triples[][2] = {{AF_INET, IPPROTO_TCP}, {AF_INET, IPPROTO_UDP}, {AF_INET6, IPPROTO_ICMPV6}, {AF_NETLINK, NETLINK_AUDIT}, {AF_NETLINK, NETLINK_ROUTE},
                        {AF_PACKET, 0x300}, {AF_UNIX, 0}, {AF_ALG, 0}, {AF_VSOCK, 0}};
    for (unsigned i = 0; i < sizeof triples / sizeof *triples; i++)
        for (int j = 0; j < 3; j++) CALL(SYS_socket, (long)triples[i][0], (long)types[j], (long)triples[i][1]);
    CALL(SYS_socketpair, (long)AF_UNIX, (long)SOCK_SEQPACKET, 0L, 0L);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443), .sin_addr.s_addr = htonl(0xc0000201)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(8080), .sin6_scope_id = 7};
    inet_pton(AF_INET6, "fe80::1234", &in6.sin6_addr);
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/some.sock"}, abstract = {.sun_family = AF_UNIX, .sun_path = "\0hidden"};
    struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_pid = 12, .nl_groups = 0x40};
    struct sockaddr_vm vm = {.svm_family = AF_VSOCK, .svm_port = 1024, .svm_cid = 77};
    struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = 0x300, .sll_ifindex = 3};
    CALL(SYS_connect, bad, P(&in), (long)sizeof in);
    CALL(SYS_connect, bad, P(&in6), (long)sizeof in6);
    CALL(SYS_bind, bad, P(&un), (long)sizeof un);
    CALL(SYS_bind, bad, P(&abstract), (long)(sizeof(sa_family_t) + 7));
    CALL(SYS_bind, bad, P(&nl), (long)sizeof nl);
    CALL(SYS_connect, bad, P(&vm), (long)sizeof vm);
    CALL(SYS_bind, bad, P(&ll), (long)sizeof ll);
    CALL(SYS_sendto, bad, P("x"), 1L, (long)(MSG_DONTWAIT | MSG_NOSIGNAL), P(&in), (long)sizeof in);
    struct msghdr message = {.msg_name = &in, .msg_namelen = sizeof in};
    CALL(SYS_sendmsg, bad, P(&message), (long)MSG_DONTWAIT);
    CALL(SYS_accept4, bad, 0L, 0L, (long)(SOCK_CLOEXEC | SOCK_NONBLOCK));
    int options[][2] = {{SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_MARK}, {SOL_SOCKET, SO_ATTACH_FILTER}, {SOL_TCP, TCP_NODELAY}, {SOL_TCP, TCP_CONGESTION},
                        {SOL_IP, IP_TTL}, {SOL_IP, IP_TRANSPARENT}, {SOL_IPV6, IPV6_V6ONLY}, {SOL_PACKET, PACKET_FANOUT}, {SOL_NETLINK, NETLINK_ADD_MEMBERSHIP}};
    for (unsigned i = 0; i < sizeof options / sizeof *options; i++) CALL(SYS_setsockopt, bad, (long)options[i][0], (long)options[i][1], 0L, 0L);
    CALL(SYS_shutdown, bad, (long)SHUT_RDWR);

    CALL(SYS_clone, (long)(CLONE_THREAD | CLONE_VM), 0L, 0L, 0L, 0L);
    CALL(SYS_clone, (long)(CLONE_NEWUSER | CLONE_FS | SIGCHLD), 0L, 0L, 0L, 0L);
    CALL(SYS_clone, (long)(CLONE_NEWNS | CLONE_FS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | SIGUSR1), 0L, 0L, 0L, 0L);
    struct clone_args clone = {.flags = CLONE_THREAD | CLONE_NEWNS, .exit_signal = SIGCHLD};
    CALL(SYS_clone3, P(&clone), (long)sizeof clone);
    CALL(SYS_unshare, (long)(CLONE_THREAD | CLONE_SIGHAND | CLONE_NEWTIME));
    CALL(SYS_setns, bad, (long)CLONE_NEWNET);
    CALL(SYS_kill, 0x7ffffff0L, (long)SIGKILL);
    CALL(SYS_tgkill, 0x7ffffff0L, 0x7ffffff0L, (long)SIGSTOP);
    CALL(SYS_ptrace, (long)PTRACE_ATTACH, 0x7ffffff0L, 0L, 0L);
    CALL(SYS_ptrace, (long)PTRACE_SEIZE, 0x7ffffff0L, 0L, (long)(PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL));
    CALL(SYS_ptrace, (long)PTRACE_PEEKDATA, 0x7ffffff0L, 0L, 0L);
    CALL(SYS_prctl, (long)PR_SET_NAME, P("new-name"));
    CALL(SYS_prctl, (long)PR_GET_DUMPABLE);
    CALL(SYS_prctl, (long)PR_SET_PDEATHSIG, (long)SIGKILL);
    CALL(SYS_prctl, (long)PR_CAPBSET_READ, (long)CAP_SYS_ADMIN);
    CALL(SYS_prctl, (long)PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_IS_SET, (long)CAP_NET_RAW);
    CALL(SYS_prctl, (long)PR_SET_NO_NEW_PRIVS, 2L);
    CALL(SYS_prctl, (long)PR_SET_SECCOMP, (long)SECCOMP_MODE_FILTER, 0L);
    CALL(SYS_prctl, (long)PR_SET_MM, (long)PR_SET_MM_BRK, 1L);
    CALL(SYS_personality, 0xffffffffL);
    CALL(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, (long)(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG), 0L);
    CALL(SYS_setrlimit, (long)RLIMIT_NOFILE, 1L);
    CALL(SYS_prlimit64, 0x7ffffff0L, (long)RLIMIT_MEMLOCK, 0L, 0L);
    CALL(SYS_setpriority, (long)PRIO_USER, 0x7ffffff0L, 5L);
    CALL(SYS_sched_setscheduler, 0x7ffffff0L, (long)SCHED_FIFO, 0L);

    unsigned requests[] = {TCGETS, TCSETS, TIOCSTI, TIOCLINUX, TIOCGWINSZ, TIOCSWINSZ, TIOCSCTTY, TIOCNOTTY, TIOCSPGRP, TIOCCONS, TIOCSETD, FIONREAD, FIONBIO, FIOCLEX, SIOCGIFFLAGS, 0xc0106402};
    for (unsigned i = 0; i < sizeof requests / sizeof *requests; i++) CALL(SYS_ioctl, bad, (long)requests[i], P("argument"));
    CALL(SYS_fcntl, bad, (long)F_SETFL, (long)(O_APPEND | O_NONBLOCK));
    CALL(SYS_fcntl, bad, (long)F_DUPFD_CLOEXEC, 10L);
    CALL(SYS_fcntl, bad, (long)F_SETFD, (long)FD_CLOEXEC);
    CALL(SYS_fcntl, bad, (long)F_ADD_SEALS, (long)(F_SEAL_WRITE | F_SEAL_SEAL));
    CALL(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_WRITE), (long)(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK), -1L, 0L);
    CALL(SYS_mmap, 0L, 4096L, (long)(PROT_READ | PROT_EXEC), (long)(MAP_SHARED | MAP_FIXED_NOREPLACE), -1L, 0L);
    CALL(SYS_mprotect, 1L, 4096L, (long)(PROT_READ | PROT_WRITE | PROT_EXEC));
    CALL(SYS_madvise, 1L, 4096L, (long)MADV_DONTNEED);
    CALL(SYS_mremap, 1L, 4096L, 4096L, (long)(MREMAP_MAYMOVE | MREMAP_FIXED), 0L);
    CALL(SYS_memfd_create, P("a name"), (long)(MFD_CLOEXEC | MFD_ALLOW_SEALING));
    CALL(SYS_epoll_ctl, bad, (long)EPOLL_CTL_ADD, bad, 0L);
    CALL(SYS_timerfd_create, (long)CLOCK_MONOTONIC, (long)(TFD_CLOEXEC | TFD_NONBLOCK));
    CALL(SYS_lseek, bad, 5L, (long)SEEK_END);
    CALL(SYS_flock, bad, 6L);
    union bpf_attr program = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER};
    CALL(SYS_bpf, (long)BPF_PROG_LOAD, P(&program), (long)sizeof program);
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_RINGBUF, .key_size = 99};
    CALL(SYS_bpf, (long)BPF_MAP_CREATE, P(&map), (long)sizeof map);
    CALL(SYS_keyctl, (long)KEYCTL_REVOKE, (long)KEY_SPEC_REQUESTOR_KEYRING);
    struct perf_event_attr event = {.type = PERF_TYPE_TRACEPOINT, .size = 1};
    CALL(SYS_perf_event_open, P(&event), 0x7ffffff0L, -1L, -1L, (long)PERF_FLAG_FD_CLOEXEC);
    struct io_uring_params ring = {.flags = IORING_SETUP_SQPOLL | IORING_SETUP_CLAMP, .features = 1, .resv = {1, 1, 1}};
    CALL(SYS_io_uring_setup, 4L, P(&ring));
    struct landlock_ruleset_attr rules = {.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE};
    CALL(SYS_landlock_create_ruleset, P(&rules), (long)sizeof rules, 0x80L);
    CALL(SYS_pidfd_open, bad, 0L);
    CALL(SYS_close_range, 9999L, 5L, 4L);
    CALL(SYS_getrandom, 0L, 0L, 3L);

    syscall(SYS_getppid);
    printf("end\n");
    fflush(stdout);
    for (;;) pause();
}
