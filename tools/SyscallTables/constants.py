"""Writes the constants of the C headers of an x86-64 machine: constants.py ../../src/Engine/Seccomp/Syscalls/Constants.txt"""
import re
import subprocess
import sys
import tempfile

work = tempfile.mkdtemp()
heads=["sys/socket.h","netinet/in.h","sys/mman.h","fcntl.h","sched.h","sys/prctl.h","asm/prctl.h","sys/ioctl.h","linux/fs.h","linux/tty.h","sys/personality.h","linux/futex.h","linux/netlink.h","sys/stat.h","sys/resource.h","sys/ptrace.h","linux/seccomp.h","signal.h","sys/random.h","linux/mempolicy.h","linux/ashmem.h","sys/eventfd.h","sys/epoll.h","sys/syscall.h","linux/fscrypt.h","linux/sched.h","linux/memfd.h", "time.h","linux/sockios.h", "sys/un.h","sys/timerfd.h","sys/signalfd.h","sys/inotify.h","linux/close_range.h","linux/if_packet.h","linux/if_ether.h","linux/tiocl.h","sys/mount.h","linux/openat2.h","linux/keyctl.h","linux/bpf.h","netinet/tcp.h"]
heads=[h for h in heads if subprocess.run(["gcc","-E","-x","c","-"],input=f"#include <{h}>\n".encode(),capture_output=True).returncode==0]
src="#define _GNU_SOURCE\n"+"".join(f"#include <{h}>\n" for h in heads if h not in("linux/sched.h","linux/fscrypt.h"))
mac=subprocess.run(["gcc","-E","-dM","-x","c","-"],input=src.encode(),capture_output=True); mac=mac.stdout.decode()
prefixes=r"(AF|PF|SOCK|SOL|SO|IPPROTO|MSG|MAP|PROT|MADV|O|F|AT|CLONE|PR|ARCH|TIOC|TC|FIO|FS_IOC|PER|ADDR|READ_IMPLIES|UNAME26|FUTEX|NETLINK|S|RLIMIT|PRIO|PTRACE|SECCOMP|SIG|GRND|MPOL|MFD|CLOCK|EFD|EPOLL|TFD|SFD|IN|SCHED|MREMAP|MCL|CLOSE_RANGE|RUSAGE|ETH_P|SIOC|LOCK|SEEK|POSIX_FADV|MS|MNT|UMOUNT|MOVE_MOUNT|FSOPEN|FSMOUNT|MOUNT_ATTR|OPEN_TREE|KEYCTL|RESOLVE|TCP)"
names=sorted(set(m.group(1) for m in re.finditer(r"^#define ("+prefixes+r"_?[A-Z0-9_]*) ",mac,re.M) if not m.group(1).endswith("_H")))
for m in ["TIOCSTI","TIOCLINUX","TIOCGWINSZ","FIONREAD","FIONBIO","FIOCLEX","TCGETS","TCSETS","UNAME26"]:
    if m not in names: names.append(m)
# Enumerators, which are no macros.
names+=["PTRACE_TRACEME","PTRACE_PEEKTEXT","PTRACE_PEEKDATA","PTRACE_PEEKUSER","PTRACE_POKETEXT","PTRACE_POKEDATA","PTRACE_POKEUSER","PTRACE_CONT","PTRACE_KILL","PTRACE_SINGLESTEP","PTRACE_GETREGS","PTRACE_SETREGS","PTRACE_ATTACH","PTRACE_DETACH","PTRACE_SYSCALL","PTRACE_SETOPTIONS","PTRACE_GETEVENTMSG","PTRACE_GETSIGINFO","PTRACE_SETSIGINFO","PTRACE_GETREGSET","PTRACE_SETREGSET","PTRACE_SEIZE","PTRACE_INTERRUPT","PTRACE_LISTEN","PTRACE_GET_SYSCALL_INFO"]
names+=["BPF_"+n for n in "MAP_CREATE MAP_LOOKUP_ELEM MAP_UPDATE_ELEM MAP_DELETE_ELEM MAP_GET_NEXT_KEY PROG_LOAD OBJ_PIN OBJ_GET PROG_ATTACH PROG_DETACH PROG_TEST_RUN PROG_GET_NEXT_ID MAP_GET_NEXT_ID PROG_GET_FD_BY_ID MAP_GET_FD_BY_ID OBJ_GET_INFO_BY_FD PROG_QUERY RAW_TRACEPOINT_OPEN BTF_LOAD BTF_GET_FD_BY_ID TASK_FD_QUERY MAP_FREEZE LINK_CREATE LINK_UPDATE ITER_CREATE".split()]
names=[n for n in dict.fromkeys(names) if not n.startswith(("S_IS","SIG_ERR","PF_","SIGEV_","INT") ) or n in("S_ISUID","S_ISGID","S_ISVTX")]
def ok(ns):
    body="".join(f"_Static_assert(__builtin_constant_p((unsigned long long)({n})),\"\");const unsigned long long v_{n}=(unsigned long long)({n});\n" for n in ns)
    return subprocess.run(["gcc","-x","c","-c","-w","-o","/dev/null","-"],input=(src+body).encode(),capture_output=True).returncode==0
def filt(ns):
    if not ns or ok(ns): return ns
    if len(ns)==1: return []
    h=len(ns)//2
    return filt(ns[:h])+filt(ns[h:])
# Not alike on arm and arm64, or without use in filters.
drop=re.compile(r"^(INADDR|FPE|SI|SEGV|SA|SCM|STA|TIOCM|TIOCPKT|STATX|FSCRYPT|TIOCL|TCPI|TCPOPT|TCPOLEN|BUS|ILL|TRAP|CLD|POLL|ETH)_|^(O_DIRECT|O_DIRECTORY|O_NOFOLLOW|O_LARGEFILE|O_TMPFILE|FS_KEY_DESC_PREFIX)$")
names=filt([n for n in names if not drop.match(n)])
prog=src+"#include <stdio.h>\nint main(){"+"".join(f'printf("{n} 0x%llx\\n",(unsigned long long)({n}));' for n in sorted(names))+"}"
open(work+"/p.c","w").write(prog)
subprocess.run(["gcc","-w","-o",work+"/p",work+"/p.c"],check=True)
out=subprocess.run([work+"/p"],capture_output=True).stdout.decode()
open(sys.argv[1],"w").write("# Constants of the C headers and their values on x86-64, made by tools/SyscallTables/constants.py. Names whose values\n# differ on arm and arm64 (O_DIRECTORY and such) are left out; Power has other values for many.\n"+out)
