using System.Buffers.Binary;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

public class ValueDecodingTests
{
    private const ulong At = 0x7000_0000_0000;

    [Theory]
    [InlineData("socket", "domain=AF_INET, type=SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, protocol=IPPROTO_TCP", "2, 0x80801, 6")]
    [InlineData("socket", "domain=AF_NETLINK, type=SOCK_RAW, protocol=NETLINK_AUDIT", "16, 3, 9")]
    [InlineData("socket", "domain=AF_PACKET, type=SOCK_RAW, protocol=ETH_P_ALL", "17, 3, 0x300")]
    [InlineData("socket", "domain=AF_UNIX, type=SOCK_SEQPACKET, protocol=0", "1, 5, 0")]
    [InlineData("socket", "domain=0x63, type=0xc|0x100, protocol=7", "99, 0x10c, 7")]
    [InlineData("clone", "flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD", "0x1200011")]
    [InlineData("clone", "flags=CLONE_NEWNS|CLONE_NEWUSER", "0x10020000")]
    [InlineData("unshare", "flags=CLONE_NEWTIME|CLONE_NEWUSER", "0x10000080")]
    [InlineData("setns", "fd=5, nstype=CLONE_NEWNET", "5, 0x40000000")]
    [InlineData("prctl", "option=PR_SET_NO_NEW_PRIVS, arg2=1", "38, 1")]
    [InlineData("prctl", "option=PR_CAPBSET_DROP, arg2=CAP_SYS_ADMIN", "24, 21")]
    [InlineData("prctl", "option=PR_CAP_AMBIENT, arg2=PR_CAP_AMBIENT_RAISE, arg3=CAP_NET_RAW", "47, 2, 13")]
    [InlineData("prctl", "option=PR_SET_SECCOMP, arg2=SECCOMP_MODE_FILTER", "22, 2")]
    [InlineData("prctl", "option=PR_SET_PDEATHSIG, arg2=SIGKILL", "1, 9")]
    [InlineData("prctl", "option=0x1234, arg2=0x5", "0x1234, 5")]
    [InlineData("ptrace", "request=PTRACE_ATTACH, pid=42", "16, 42")]
    [InlineData("ptrace", "request=PTRACE_TRACEME", "0, 0")]
    [InlineData("kill", "pid=-1, sig=SIGKILL", "-1, 9")]
    [InlineData("tgkill", "tgid=4, tid=5, sig=SIGRTMIN+1", "4, 5, 35")]
    [InlineData("mprotect", "addr=0x7f00000000, len=4096, prot=PROT_READ|PROT_WRITE|PROT_EXEC", "0x7f00000000, 4096, 7")]
    [InlineData("mmap", "addr=0x0, length=4096, prot=PROT_NONE, flags=MAP_PRIVATE|MAP_ANONYMOUS", "0, 4096, 0, 0x22, -1")]
    [InlineData("mmap", "addr=0x0, length=4096, prot=PROT_READ, flags=MAP_SHARED, fd=3", "0, 4096, 1, 1, 3")]
    [InlineData("fcntl", "fd=3, cmd=F_SETFL, arg=O_RDONLY|O_APPEND|O_NONBLOCK", "3, 4, 0xc00")]
    [InlineData("fcntl", "fd=3, cmd=F_ADD_SEALS, arg=F_SEAL_SEAL|F_SEAL_WRITE", "3, 1033, 9")]
    [InlineData("setsockopt", "sockfd=3, level=SOL_SOCKET, optname=SO_ATTACH_FILTER", "3, 1, 26")]
    [InlineData("setsockopt", "sockfd=3, level=SOL_TCP, optname=TCP_NODELAY", "3, 6, 1")]
    [InlineData("getsockopt", "sockfd=3, level=SOL_IP, optname=IP_TOS", "3, 0, 1")]
    [InlineData("ioctl", "fd=0, request=TCGETS, argp=0x10", "0, 0x5401, 0x10")]
    [InlineData("ioctl", "fd=0, request=_IOWR('d', 0x2, 16) 0xc0106402, argp=0x10", "0, 0xc0106402, 0x10")]
    [InlineData("personality", "persona=PER_LINUX|ADDR_NO_RANDOMIZE", "0x40000")]
    [InlineData("personality", "persona=0xffffffff", "0xffffffff")]
    [InlineData("mknodat", "dirfd=AT_FDCWD, pathname=NULL, mode=S_IFBLK|0660, dev=8:17", "-100, 0, 0x61b0, 0x811")]
    [InlineData("access", "pathname=NULL, mode=F_OK", "0, 0")]
    [InlineData("access", "pathname=NULL, mode=R_OK|X_OK", "0, 5")]
    [InlineData("umount2", "target=NULL, flags=MNT_DETACH|UMOUNT_NOFOLLOW", "0, 10")]
    [InlineData("quotactl", "cmd=Q_QUOTAON|GRPQUOTA, special=NULL, id=7", "0x80000201, 0, 7")]
    [InlineData("seccomp", "operation=SECCOMP_SET_MODE_FILTER, flags=SECCOMP_FILTER_FLAG_NEW_LISTENER, args=NULL", "1, 8, 0")]
    [InlineData("keyctl", "operation=KEYCTL_READ, id=KEY_SPEC_SESSION_KEYRING", "11, -3")]
    [InlineData("getrusage", "who=RUSAGE_CHILDREN", "-1")]
    [InlineData("prlimit64", "pid=0, resource=RLIMIT_NOFILE, new_limit=NULL", "0, 7, 0")]
    [InlineData("memfd_create", "name=NULL, flags=MFD_CLOEXEC|MFD_NOEXEC_SEAL", "0, 9")]
    [InlineData("reboot", "magic=0xfee1dead, magic2=0x28121969, cmd=LINUX_REBOOT_CMD_POWER_OFF", "0xfee1dead, 0x28121969, 0x4321fedc")]
    [InlineData("setresuid", "ruid=-1, euid=0, suid=-1", "-1, 0, -1")]
    [InlineData("userfaultfd", "flags=O_CLOEXEC|UFFD_USER_MODE_ONLY", "0x80001")]
    public void Numbers_have_the_names_of_the_headers(string call, string text, string arguments) =>
        Assert.Equal(text, Decoded.Text(call, new FakeTarget(), [.. arguments.Split(", ").Select(ArgumentConstants.Parse)]));

    [Fact]
    public void Clone_has_its_flags_where_the_architecture_has_them()
    {
        Assert.Equal("flags=CLONE_VM|CLONE_VFORK|SIGCHLD", Decoded.Text(SeccompArchitecture.AArch64, "clone", new FakeTarget(), 0x4111, 0));
        Assert.Equal("flags=CLONE_VM|CLONE_VFORK|SIGCHLD", Decoded.Text(SeccompArchitecture.S390X, "clone", new FakeTarget(), 0, 0x4111));
    }

    [Fact]
    public void Structs_are_shown_by_their_fields()
    {
        var how = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(how, 0x80041);
        BinaryPrimitives.WriteUInt64LittleEndian(how.AsSpan(8), 0x180);
        BinaryPrimitives.WriteUInt64LittleEndian(how.AsSpan(16), 0x18);
        var target = new FakeTarget().With(At, how).With(0x5000, "f");
        const ulong cwd = unchecked((ulong)-100);
        Assert.Equal("dirfd=AT_FDCWD, pathname=f, how={flags=O_WRONLY|O_CREAT|O_CLOEXEC, mode=0600, resolve=RESOLVE_BENEATH|RESOLVE_IN_ROOT}, size=24", Decoded.Text("openat2", target, cwd, 0x5000, At, 24));
        Assert.Equal("dirfd=AT_FDCWD, pathname=f, how={flags=O_WRONLY|O_CREAT|O_CLOEXEC}, size=8", Decoded.Text("openat2", target, cwd, 0x5000, At, 8));
        Assert.Equal("dirfd=AT_FDCWD, pathname=f, how=0x10 (unreadable), size=24", Decoded.Text("openat2", target, cwd, 0x5000, 0x10, 24));
        // A size without bounds reads no more than the struct.
        var asked = new FakeTarget().With(At, how);
        Decoded.Text("openat2", asked, cwd, 0, At, ulong.MaxValue);
        Assert.Equal(24, asked.BytesAsked);
    }

    [Fact]
    public void The_arguments_of_clone3_are_a_struct()
    {
        var args = new byte[88];
        BinaryPrimitives.WriteUInt64LittleEndian(args, 0x2_2002_0000);
        BinaryPrimitives.WriteUInt64LittleEndian(args.AsSpan(32), 17);
        BinaryPrimitives.WriteUInt64LittleEndian(args.AsSpan(80), 7);
        Assert.Equal("cl_args={flags=CLONE_NEWNS|CLONE_NEWPID|CLONE_INTO_CGROUP, exit_signal=SIGCHLD, set_tid_size=0, cgroup=7}, size=88", Decoded.Text("clone3", new FakeTarget().With(At, args), At, 88));
        Assert.Equal("cl_args={flags=CLONE_NEWNS|CLONE_NEWPID|CLONE_INTO_CGROUP, exit_signal=SIGCHLD}, size=64", Decoded.Text("clone3", new FakeTarget().With(At, args), At, 64));
    }

    [Fact]
    public void What_a_terminal_is_fed_is_shown()
    {
        Assert.Equal(@"fd=0, request=TIOCSTI, argp=\n", Decoded.Text("ioctl", new FakeTarget().With(At, "\n"u8), 0, 0x5412, At));
        Assert.Equal("fd=0, request=TIOCLINUX, argp={subcode=TIOCL_SETSEL}", Decoded.Text("ioctl", new FakeTarget().With(At, [2]), 0, 0x541c, At));
    }

    [Fact]
    public void Calls_of_one_number_are_told_apart()
    {
        // socketcall(SYS_SOCKET, {AF_INET, SOCK_STREAM, 0}) of a 32-bit program
        byte[] words = [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        var arguments = Decoded.Call(SeccompArchitecture.X86, "socketcall", new FakeTarget().With(0x8000, words), 1, 0x8000);
        Assert.Equal("call=SYS_SOCKET, domain=AF_INET, type=SOCK_STREAM, protocol=IPPROTO_IP", string.Join(", ", arguments));
        Assert.Equal([0, 1, 1, 1], arguments.Select(a => a.Index));
        Assert.Equal("call=SYS_SOCKET, args=0x9000 (unreadable)", Decoded.Text(SeccompArchitecture.X86, "socketcall", new FakeTarget(), 1, 0x9000));
        Assert.Equal("call=0x63", Decoded.Text(SeccompArchitecture.X86, "socketcall", new FakeTarget(), 99, 0x9000));
        byte[] map = [0, 0, 0, 0, 0, 0x10, 0, 0, 3, 0, 0, 0, 0x22, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
        Assert.Equal("addr=0x0, length=4096, prot=PROT_READ|PROT_WRITE, flags=MAP_PRIVATE|MAP_ANONYMOUS", Decoded.Text(SeccompArchitecture.X86, "mmap", new FakeTarget().With(0x8000, map), 0x8000));
    }

    [Fact]
    public void Requests_have_the_numbers_of_Power_there()
    {
        Assert.Equal("fd=0, request=TCGETS, argp=0x0", Decoded.Text(SeccompArchitecture.Ppc64LE, "ioctl", new FakeTarget(), 0, 0x402c7413, 0));
        Assert.Equal("fd=0, request=_IOW('d', 0x2, 16) 0x80106402, argp=0x0", Decoded.Text(SeccompArchitecture.Ppc64LE, "ioctl", new FakeTarget(), 0, 0x80106402, 0));
    }

    [Fact]
    public void A_thread_more_than_one_may_decode()
    {
        var target = new FakeTarget();
        Parallel.For(0, 20_000, i => Assert.Equal($"pid={i % 50}, sig=SIGTERM", Decoded.Text("kill", new FakeTarget(), (ulong)(i % 50), 15)));
        Assert.Equal(0, target.Reads);
    }
}
