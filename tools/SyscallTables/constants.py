"""Writes the constants of the C headers of an x86-64 machine, and those that have another value or are missing elsewhere:
constants.py ../../src/Engine/Seccomp/Syscalls

Needs gcc and Debian's linux-libc-dev-{arm64,armhf,ppc64el,riscv64,s390x}-cross."""
import os
import re
import subprocess
import sys

LIBC = """sys/socket.h netinet/in.h netinet/tcp.h sys/mman.h fcntl.h sched.h sys/prctl.h asm/prctl.h sys/ioctl.h linux/fs.h linux/tty.h sys/personality.h
linux/futex.h linux/netlink.h sys/stat.h sys/resource.h sys/ptrace.h linux/seccomp.h signal.h sys/random.h linux/mempolicy.h sys/eventfd.h
sys/epoll.h sys/syscall.h linux/memfd.h time.h linux/sockios.h sys/un.h sys/timerfd.h sys/signalfd.h sys/inotify.h linux/close_range.h
linux/if_packet.h linux/if_ether.h linux/tiocl.h""".split()
# Without a C library, for its headers and these exclude each other; these are also what other architectures have here.
KERNEL = """linux/types.h asm/fcntl.h asm/mman.h asm/termbits.h asm/termios.h asm/ioctls.h asm/socket.h asm/signal.h linux/fcntl.h linux/mman.h linux/ptrace.h asm/ptrace.h linux/fs.h
linux/sched.h linux/prctl.h linux/bpf.h linux/keyctl.h linux/mount.h linux/openat2.h linux/fanotify.h linux/io_uring.h linux/landlock.h
linux/perf_event.h linux/xattr.h linux/reboot.h linux/quota.h linux/membarrier.h linux/kcmp.h linux/userfaultfd.h linux/if_tun.h linux/loop.h
linux/kvm.h linux/nsfs.h linux/vt.h linux/kd.h linux/vm_sockets.h linux/sockios.h linux/seccomp.h linux/ipc.h linux/kexec.h linux/mempolicy.h linux/stat.h
linux/netlink.h linux/close_range.h linux/memfd.h linux/futex.h linux/personality.h linux/tiocl.h linux/fsverity.h linux/vhost.h linux/if_alg.h linux/if_ether.h
linux/resource.h linux/time.h linux/eventpoll.h linux/timerfd.h linux/signalfd.h linux/inotify.h linux/securebits.h linux/capability.h
linux/net.h linux/wait.h""".split()
PREFIXES = r"(AF|SOCK|SOL|SO|IPPROTO|IP|IPV6|TCP|PACKET|MSG|MAP|PROT|MADV|O|F|AT|CLONE|PR|ARCH|TIOC|TC|FIO|FS_IOC|PER|ADDR|READ_IMPLIES|UNAME26|FUTEX|NETLINK|S|RLIMIT|PRIO|PTRACE|SECCOMP|SIG|GRND|MPOL|MFD|CLOCK|EFD|EPOLL|TFD|SFD|IN|SCHED|MREMAP|MCL|CLOSE_RANGE|RUSAGE|ETH_P|SIOC|LOCK|SEEK|POSIX_FADV)"
KERNEL_PREFIXES = r"(BPF_F|BPF_OBJ|KEYCTL|KEY_SPEC|MS|MNT|OPEN_TREE|MOVE_MOUNT|FSOPEN|FSMOUNT|FSPICK|MOUNT_ATTR|RESOLVE|FAN|IORING_SETUP|IORING_ENTER|LANDLOCK|PERF_FLAG|PERF_EVENT_IOC|XATTR|LINUX_REBOOT_CMD|Q|KCMP|UFFD|UFFDIO|TUN|LOOP|KVM_GET_API|KVM_CREATE|KVM_RUN|NS_GET|VT|KD|IPC|KEXEC|RENAME|RWF|BLK|PTRACE|MPOL|SO|VMADDR|IOC_VM|FS_IOC|SECCOMP|PR|CLONE|STATX_ATTR|SWAP_FLAG|AT|PKEY|MCL|MSG|MREMAP|TIOC|TC|FIO|WHITEOUT|SCHED_FLAG|SECBIT|CAP|TIOCL)"
# Enumerators and what no exported header defines.
ENUMERATORS = """BPF_MAP_CREATE BPF_MAP_LOOKUP_ELEM BPF_MAP_UPDATE_ELEM BPF_MAP_DELETE_ELEM BPF_MAP_GET_NEXT_KEY BPF_PROG_LOAD BPF_PROG_ATTACH
BPF_PROG_DETACH BPF_PROG_TEST_RUN BPF_PROG_GET_NEXT_ID BPF_MAP_GET_NEXT_ID BPF_PROG_GET_FD_BY_ID BPF_MAP_GET_FD_BY_ID BPF_OBJ_GET_INFO_BY_FD
BPF_PROG_QUERY BPF_RAW_TRACEPOINT_OPEN BPF_BTF_LOAD BPF_BTF_GET_FD_BY_ID BPF_TASK_FD_QUERY BPF_MAP_LOOKUP_AND_DELETE_ELEM BPF_MAP_FREEZE
BPF_BTF_GET_NEXT_ID BPF_MAP_LOOKUP_BATCH BPF_MAP_LOOKUP_AND_DELETE_BATCH BPF_MAP_UPDATE_BATCH BPF_MAP_DELETE_BATCH BPF_LINK_CREATE
BPF_LINK_UPDATE BPF_LINK_GET_FD_BY_ID BPF_LINK_GET_NEXT_ID BPF_ENABLE_STATS BPF_ITER_CREATE BPF_LINK_DETACH BPF_PROG_BIND_MAP BPF_OBJ_PIN BPF_OBJ_GET
BPF_MAP_TYPE_HASH BPF_MAP_TYPE_ARRAY BPF_MAP_TYPE_PROG_ARRAY BPF_MAP_TYPE_PERF_EVENT_ARRAY BPF_MAP_TYPE_PERCPU_HASH BPF_MAP_TYPE_PERCPU_ARRAY
BPF_MAP_TYPE_STACK_TRACE BPF_MAP_TYPE_CGROUP_ARRAY BPF_MAP_TYPE_LRU_HASH BPF_MAP_TYPE_LPM_TRIE BPF_MAP_TYPE_ARRAY_OF_MAPS BPF_MAP_TYPE_HASH_OF_MAPS
BPF_MAP_TYPE_SOCKMAP BPF_MAP_TYPE_QUEUE BPF_MAP_TYPE_STACK BPF_MAP_TYPE_STRUCT_OPS BPF_MAP_TYPE_RINGBUF BPF_MAP_TYPE_BLOOM_FILTER
BPF_PROG_TYPE_SOCKET_FILTER BPF_PROG_TYPE_KPROBE BPF_PROG_TYPE_SCHED_CLS BPF_PROG_TYPE_SCHED_ACT BPF_PROG_TYPE_TRACEPOINT BPF_PROG_TYPE_XDP
BPF_PROG_TYPE_PERF_EVENT BPF_PROG_TYPE_CGROUP_SKB BPF_PROG_TYPE_CGROUP_SOCK BPF_PROG_TYPE_RAW_TRACEPOINT BPF_PROG_TYPE_CGROUP_DEVICE
BPF_PROG_TYPE_TRACING BPF_PROG_TYPE_STRUCT_OPS BPF_PROG_TYPE_EXT BPF_PROG_TYPE_LSM BPF_PROG_TYPE_SK_LOOKUP BPF_PROG_TYPE_SYSCALL
FSCONFIG_SET_FLAG FSCONFIG_SET_STRING FSCONFIG_SET_BINARY FSCONFIG_SET_PATH FSCONFIG_SET_PATH_EMPTY FSCONFIG_SET_FD FSCONFIG_CMD_CREATE FSCONFIG_CMD_RECONFIGURE
PERF_TYPE_HARDWARE PERF_TYPE_SOFTWARE PERF_TYPE_TRACEPOINT PERF_TYPE_HW_CACHE PERF_TYPE_RAW PERF_TYPE_BREAKPOINT
MEMBARRIER_CMD_QUERY MEMBARRIER_CMD_GLOBAL MEMBARRIER_CMD_GLOBAL_EXPEDITED MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED MEMBARRIER_CMD_PRIVATE_EXPEDITED
MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE
MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ
KCMP_FILE KCMP_VM KCMP_FILES KCMP_FS KCMP_SIGHAND KCMP_IO KCMP_SYSVSEM KCMP_EPOLL_TFD
LANDLOCK_RULE_PATH_BENEATH MPOL_DEFAULT MPOL_PREFERRED MPOL_BIND MPOL_INTERLEAVE MPOL_LOCAL MPOL_PREFERRED_MANY
IORING_REGISTER_BUFFERS IORING_UNREGISTER_BUFFERS IORING_REGISTER_FILES IORING_UNREGISTER_FILES IORING_REGISTER_EVENTFD IORING_UNREGISTER_EVENTFD
IORING_REGISTER_FILES_UPDATE IORING_REGISTER_EVENTFD_ASYNC IORING_REGISTER_PROBE IORING_REGISTER_PERSONALITY IORING_UNREGISTER_PERSONALITY
IORING_REGISTER_RESTRICTIONS IORING_REGISTER_ENABLE_RINGS IORING_REGISTER_FILES2 IORING_REGISTER_BUFFERS2 IORING_REGISTER_IOWQ_AFF
IORING_REGISTER_IOWQ_MAX_WORKERS IORING_REGISTER_RING_FDS IORING_REGISTER_PBUF_RING IORING_REGISTER_SYNC_CANCEL IORING_REGISTER_FILE_ALLOC_RANGE
PER_LINUX PER_LINUX_32BIT PER_SVR4 PER_BSD PER_LINUX32 PER_LINUX32_3GB PER_UW7 UNAME26 ADDR_NO_RANDOMIZE FDPIC_FUNCPTRS MMAP_PAGE_ZERO ADDR_COMPAT_LAYOUT
READ_IMPLIES_EXEC ADDR_LIMIT_32BIT SHORT_INODE WHOLE_SECONDS STICKY_TIMEOUTS ADDR_LIMIT_3GB
USRQUOTA GRPQUOTA PRJQUOTA WNOHANG WUNTRACED WEXITED WCONTINUED WNOWAIT
SYS_SOCKET SYS_BIND SYS_CONNECT SYS_LISTEN SYS_ACCEPT SYS_GETSOCKNAME SYS_GETPEERNAME SYS_SOCKETPAIR SYS_SEND SYS_RECV SYS_SENDTO SYS_RECVFROM
SYS_SHUTDOWN SYS_SETSOCKOPT SYS_GETSOCKOPT SYS_SENDMSG SYS_RECVMSG SYS_ACCEPT4 SYS_RECVMMSG SYS_SENDMMSG""".split()
# include/uapi of younger kernels than the build machine's headers, and what unistd.h, sys/mount.h and sys/swap.h define.
GIVEN = {
    "PTRACE_PEEKUSER": 3, "PTRACE_POKEUSER": 6, "R_OK": 4, "W_OK": 2, "X_OK": 1, "MNT_FORCE": 1, "MNT_DETACH": 2, "MNT_EXPIRE": 4, "UMOUNT_NOFOLLOW": 8, "SWAP_FLAG_PREFER": 0x8000, "SWAP_FLAG_DISCARD": 0x10000,
    "PR_SET_MDWE": 65, "PR_GET_MDWE": 66, "PR_MDWE_REFUSE_EXEC_GAIN": 1, "PR_MDWE_NO_INHERIT": 2, "PR_SET_MEMORY_MERGE": 67, "PR_GET_MEMORY_MERGE": 68,
    "PR_GET_AUXV": 0x41555856, "PR_SET_TIMERSLACK": 29, "MFD_NOEXEC_SEAL": 8, "MFD_EXEC": 0x10, "CLONE_INTO_CGROUP": 0x200000000,
    "CLONE_CLEAR_SIGHAND": 0x100000000, "LANDLOCK_RULE_NET_PORT": 2, "LANDLOCK_ACCESS_FS_TRUNCATE": 0x4000, "LANDLOCK_ACCESS_FS_IOCTL_DEV": 0x8000, "LANDLOCK_ACCESS_NET_BIND_TCP": 1,
    "LANDLOCK_ACCESS_NET_CONNECT_TCP": 2, "LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET": 1, "LANDLOCK_SCOPE_SIGNAL": 2, "BPF_TOKEN_CREATE": 36, "SG_IO": 0x2285, "UFFD_USER_MODE_ONLY": 1,
    "PTRACE_SET_SYSCALL_INFO": 0x4212, "IN_CLOEXEC": 0x80000, "IN_NONBLOCK": 0x800,
}
# Definitions that are no values, or of no use as one.
DROP = re.compile(r"^(INADDR|FPE|SI|SEGV|SA|SCM|STA|TIOCM|TIOCPKT|FSCRYPT|BUS|ILL|TRAP|CLD|POLL|ETH(?!_P_)|FS_KEY_DESC|FS_ENCRYPTION|FS_POLICY|FP|TCPI|TCPOPT|TCPOLEN|SIG_ATOMIC|SIZE|QUOTA_NL|QIF|QFMT|UFFD_(?:API|EVENT|FEATURE|PAGEFAULT)|TUN_F|TUN_FLT|TCP_(?:COOKIE|S_DATA))_|^(PF|SIGEV|INT|S_IS)(?!UID|GID|VTX)|_H$|^SIG_ERR$|_(PREFIX_LEN|HEADER)$")
CROSS = {
    "x86": ("-m32", "/usr/include/x86_64-linux-gnu", ""),
    "x32": ("-mx32", "/usr/include/x86_64-linux-gnu", ""),
    "aarch64": ("-m64", "/usr/aarch64-linux-gnu/include", "-U__x86_64__ -D__aarch64__"),
    "arm": ("-m32 -malign-double", "/usr/arm-linux-gnueabihf/include", "-U__i386__ -D__arm__ -D__ARM_EABI__"),
    "riscv64": ("-m64", "/usr/riscv64-linux-gnu/include", "-U__x86_64__ -D__riscv -D__riscv_xlen=64"),
    "s390x": ("-m64", "/usr/s390x-linux-gnu/include", "-U__x86_64__ -D__s390x__ -D__s390__"),
    "ppc64le": ("-m64", "/usr/powerpc64le-linux-gnu/include", "-U__x86_64__ -D__powerpc64__ -D__powerpc__"),
}


def gcc(options, source):
    return subprocess.run(["gcc", *options, "-w", "-x", "c", "-"], input=source.encode(), capture_output=True)


def usable(options, heads):
    return [h for h in heads if gcc([*options, "-fsyntax-only"], f"#include <{h}>\n").returncode == 0]


def macros(options, text):
    return {m.group(1) for m in re.finditer(r"^#define (\w+) ", gcc([*options, "-E", "-dM"], text).stdout.decode(), re.M)}


def values(options, text, names):
    """The values of names by what the compiler would store; names that are none are left out."""
    if not names:
        return {}
    body = "".join(f"const unsigned long long v_{n}=(unsigned long long)({n});\n" for n in names)
    made = gcc([*options, "-S", "-o", "-"], text + body)
    if made.returncode != 0:
        if len(names) == 1:
            return {}
        half = len(names) // 2
        return values(options, text, names[:half]) | values(options, text, names[half:])
    found, words = {}, []
    for line in made.stdout.decode().splitlines():
        label = re.match(r"v_(\w+):", line)
        if label:
            name, words = label.group(1), []
        part = re.match(r"\s+\.(quad|long|zero)\s+(-?\w+)$", line)
        if part and (label or name):
            if part.group(1) == "zero":
                found[name] = 0
            elif part.group(1) == "quad":
                found[name] = int(part.group(2)) & (2**64 - 1)
            else:
                words.append(int(part.group(2)) & 0xFFFFFFFF)
                if len(words) == 2:
                    found[name] = words[0] | words[1] << 32
        # An address is no value: it would differ with every run.
    return found


def include(heads):
    return "".join(f"#include <{h}>\n" for h in heads)


def kernel(options):
    heads, kept = usable(options, KERNEL), []
    for head in heads:  # some exclude each other
        if gcc([*options, "-fsyntax-only"], include([*kept, head])).returncode == 0:
            kept.append(head)
    return include(kept) + "typedef long long loff_t;\n"  # FIOQSIZE of Power has its size


def fits(pattern, name):
    return re.match(r"^" + pattern + r"_?[A-Z0-9_]*$", name) and not DROP.match(name)


native = ["-m64", "-O1"]
libc = "#define _GNU_SOURCE\n" + include(usable(native, LIBC))
table = values(native, libc, sorted(n for n in macros(native, libc) if fits(PREFIXES, n)))
cross = {name: [*words.split(), "-nostdinc", "-isystem", folder, *(["-isystem", "/usr/include"] if name in ("x86", "x32") else []), *extra.split()]
         for name, (words, folder, extra) in CROSS.items() if os.path.isdir(folder)}
base = ["-m64", "-nostdinc", "-isystem", "/usr/include/x86_64-linux-gnu", "-isystem", "/usr/include"]
text = kernel(base)
own = values(base, text, sorted({n for n in macros(base, text) if fits(KERNEL_PREFIXES, n)} | set(ENUMERATORS) | {"O_LARGEFILE"}))
for name, value in (own | {n: v for n, v in GIVEN.items() if n not in own}).items():
    table.setdefault(name, value)
here = values(base, text, sorted(table))

differing = {}
for architecture, options in cross.items():
    there = kernel(options)
    its = values(options, there, sorted(here))
    for name in here:
        if its.get(name) != here[name] and table[name] == here[name]:
            differing.setdefault(name, {})[architecture] = its.get(name)
# A C library for 64 bits only gives these two other values.
differing["O_LARGEFILE"] = {a: values(o, kernel(o), ["O_LARGEFILE"])["O_LARGEFILE"] for a, o in cross.items()}
table["O_LARGEFILE"] = own["O_LARGEFILE"]
for name, value in ("F_GETLK64", 12), ("F_SETLK64", 13), ("F_SETLKW64", 14):
    differing[name] = {"x86": value, "arm": value}
# LoongArch has the generic headers, as RISC-V.
for per in differing.values():
    if "riscv64" in per:
        per["loongarch64"] = per["riscv64"]

with open(sys.argv[1] + "/Constants.txt", "w") as out:
    out.write("# Constants of the C headers and their values on x86-64, made by tools/SyscallTables/constants.py. Flags of open(2) that\n"
              "# differ on arm and arm64 (O_DIRECTORY and such) are in ConstantsByArchitecture.txt alone, with what else differs anywhere.\n")
    for name in sorted(table):
        per = differing.get(name, {})
        if name.startswith("O_") and "aarch64" in per:
            continue
        out.write(f"{name} 0x{table[name]:x}\n")
with open(sys.argv[1] + "/ConstantsByArchitecture.txt", "w") as out:
    out.write("# Constants with other values than on x86-64 (*), or without one (-), made by tools/SyscallTables/constants.py from the exported headers.\n")
    for name in sorted(differing):
        out.write(f"{name} *=0x{table[name]:x} " + " ".join(f"{a}={'-' if v is None else hex(v)}" for a, v in sorted(differing[name].items())) + "\n")
