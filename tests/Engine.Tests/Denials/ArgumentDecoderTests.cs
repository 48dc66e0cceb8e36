using Sandbox.Denials;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

public sealed class ArgumentDecoderTests
{
    private const ulong AtFdCwd = 0xffff_ff9c; // as glibc passes it: 32 bits

    private readonly FakeTarget _target = new();

    [Theory]
    [InlineData("/etc/shadow", AtFdCwd, "/etc/shadow")]
    [InlineData("a/../b", AtFdCwd, "/srv2/a/../b")]
    [InlineData("x", 5ul, "/srv/x")]
    [InlineData("", 5ul, "/srv")]
    [InlineData("x", 6ul, null)] // no such descriptor
    [InlineData("x", 7ul, null)] // a pipe has no path
    [InlineData("/x", 6ul, "/x")]
    public void A_path_is_joined_with_its_directory(string path, ulong directory, string? full)
    {
        _target.Descriptors[5] = "/srv";
        _target.Descriptors[7] = "pipe:[123]";
        var argument = Decode("openat", directory, _target.Put(path), 0)[1];
        Assert.Equal((1, "pathname", path, full), (argument.Index, argument.Name, argument.Text, argument.FullPath));
    }

    [Fact]
    public void The_root_as_directory_gives_one_slash()
    {
        var target = new FakeTarget { Directory = "/" };
        Assert.Equal("/x", ArgumentDecoder.Decode(SeccompArchitecture.X86_64, Call("mkdir"), [target.Put("x"), 0, 0, 0, 0, 0], target)[0].FullPath);
    }

    [Fact]
    public void Two_directories_are_kept_apart()
    {
        _target.Descriptors[3] = "/one";
        _target.Descriptors[4] = "/two";
        var decoded = Decode("renameat2", 3, _target.Put("a"), 4, _target.Put("b"), 0);
        Assert.Equal(["/one/a", "/two/b"], decoded.Select(d => d.FullPath).OfType<string>());
    }

    [Theory]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("\u001b[2J", "\\x1b[2J")]
    [InlineData("back\\slash", "back\\\\slash")]
    [InlineData("\u202egpj", "\\xe2\\x80\\xaegpj")] // right-to-left override
    [InlineData("\u200b", "\\xe2\\x80\\x8b")] // zero width space
    [InlineData("é漢", "é漢")]
    public void What_a_terminal_would_obey_is_escaped(string text, string expected) => Assert.Equal(expected, Decode("chdir", _target.Put(text))[0].Text);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_escaped() => Assert.Equal("a\\xff\\xc3", Decode("chdir", _target.Put((byte)'a', 0xff, 0xc3, 0))[0].Text);

    [Fact]
    public void Memory_that_can_not_be_read_is_said()
    {
        Assert.Equal("0x1000 (unreadable)", Decode("chdir", 0x1000)[0].Text);
        Assert.Equal("NULL", Decode("chdir", 0)[0].Text);
        Assert.Null(Decode("chdir", 0x1000)[0].FullPath);
        Assert.EndsWith("(unreadable)", Decode("chdir", _target.Put((byte)'x'))[0].Text); // no end before the unmapped page
        Assert.EndsWith("(unreadable)", Decode("connect", 3, 0x1000, 16)[1].Text);
        Assert.EndsWith("(unreadable)", Decode("clone3", 0x1000, 88)[0].Text);
    }

    [Fact]
    public void A_path_longer_than_PATH_MAX_is_cut_and_read_no_further()
    {
        var argument = Decode("chdir", _target.Put(new string('a', 100_000)))[0];
        Assert.Equal(new string('a', 4096) + "…", argument.Text);
        Assert.Null(argument.FullPath);
        Assert.Equal(4096, _target.Asked);
    }

    [Fact]
    public void A_path_of_PATH_MAX_crosses_pages()
    {
        var path = "/" + new string('b', 4094);
        Assert.Equal(path, Decode("chdir", _target.Put(path))[0].FullPath);
    }

    [Theory]
    [InlineData(0x241ul, "O_WRONLY|O_CREAT|O_TRUNC", SeccompArchitecture.X86_64)]
    [InlineData(0x80000ul, "O_RDONLY|O_CLOEXEC", SeccompArchitecture.X86_64)]
    [InlineData(0x10000ul, "O_RDONLY|O_DIRECTORY", SeccompArchitecture.X86_64)]
    [InlineData(0x4000ul, "O_RDONLY|O_DIRECTORY", SeccompArchitecture.AArch64)]
    [InlineData(0x410002ul, "O_RDWR|O_TMPFILE", SeccompArchitecture.X86_64)]
    [InlineData(0x101001ul, "O_WRONLY|O_SYNC", SeccompArchitecture.X86_64)]
    [InlineData(0xffff_ffff_0000_0000ul, "O_RDONLY", SeccompArchitecture.X86_64)] // an int: the high half isn't looked at
    [InlineData(0x4000_0000ul, "O_RDONLY|0x40000000", SeccompArchitecture.X86_64)]
    public void Open_flags_are_those_of_the_architecture(ulong flags, string text, SeccompArchitecture architecture) =>
        Assert.Equal(text, ArgumentDecoder.Decode(architecture, Call("openat", architecture), [AtFdCwd, _target.Put("x"), flags, 0, 0, 0], _target)[2].Text);

    [Theory]
    [InlineData("02000050c0000201 0000000000000000", "inet 192.0.2.1:80", null)]
    [InlineData("0a0001bb00000000 20010db8000000000000000000000001 00000000", "inet6 [2001:db8::1]:443", null)]
    [InlineData("0a00003500000000 fe800000000000000000000000000001 02000000", "inet6 [fe80::1%2]:53", null)]
    [InlineData("0100 2f72756e2f782e736f636b 00", "unix /run/x.sock", "/run/x.sock")]
    [InlineData("0100 782e736f636b 00", "unix x.sock", "/srv2/x.sock")]
    [InlineData("0100 00 61006200", "unix @a\\x00b\\x00", null)]
    [InlineData("0100", "unix (unnamed)", null)]
    [InlineData("10000000 07000000 01000000", "netlink pid 7 groups 0x1", null)]
    [InlineData("2800 0000 39300000 02000000 00000000", "vsock host:12345", null)]
    [InlineData("2800 0000 39300000 ffffffff 00000000", "vsock any:12345", null)]
    [InlineData("1100 0003 02000000 0000000000000000", "packet protocol 0x0003 interface 2", null)]
    [InlineData("2600 0102", "AF_ALG 0102", null)]
    [InlineData("02", "(too short)", null)]
    public void Addresses(string bytes, string text, string? path)
    {
        var raw = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));
        var argument = Decode("connect", 3, _target.Put(raw), (ulong)raw.Length)[1];
        Assert.Equal((text, path), (argument.Text, argument.FullPath));
    }

    [Fact]
    public void Of_an_address_no_more_is_read_than_its_storage()
    {
        Decode("connect", 3, _target.Put(new byte[500]), 0xffff_ffff);
        Assert.Equal(128, _target.Asked);
    }

    [Fact]
    public void The_address_of_a_message_is_that_of_its_header()
    {
        var address = _target.Put(2, 0, 0, 53, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        Assert.Equal("inet 127.0.0.1:53", Decode("sendmsg", 3, _target.PutWords(address, 16))[1].Text);
        Assert.Equal("inet 127.0.0.1:53", ArgumentDecoder.Decode(SeccompArchitecture.X86, Call("sendmsg", SeccompArchitecture.X86), [3, _target.PutWords(address | 16ul << 32), 0, 0, 0, 0], _target)[1].Text);
        Assert.Equal("(no address)", Decode("sendmsg", 3, _target.PutWords(0, 0))[1].Text);
    }

    [Theory]
    [InlineData("socket", 2, "SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC", 0x80801ul)]
    [InlineData("socket", 2, "SOCK_RAW", 3ul)]
    public void Socket_types(string call, int index, string text, ulong type)
    {
        var decoded = Decode(call, 10, type, 58);
        Assert.Equal(("AF_INET6", text, "IPPROTO_ICMPV6"), (decoded[0].Text, decoded[index - 1].Text, decoded[2].Text));
    }

    [Fact]
    public void Scalars_have_the_names_of_the_manual_pages()
    {
        Assert.Equal("NETLINK_AUDIT", Decode("socket", 16, 3, 9)[2].Text);
        Assert.Equal("CLONE_NEWNS|CLONE_NEWUSER", Decode("unshare", 0x10020000)[0].Text);
        Assert.Equal("CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD", Decode("clone", 0x4111)[0].Text);
        Assert.Equal("PR_SET_NO_NEW_PRIVS", Decode("prctl", 38, 1)[0].Text);
        Assert.Equal("PR_SET_PDEATHSIG", Decode("prctl", 1, 9)[0].Text);
        Assert.Equal("PTRACE_ATTACH", Decode("ptrace", 16, 1)[0].Text);
        Assert.Equal("TIOCSTI", Decode("ioctl", 0, 0x5412)[1].Text);
        Assert.Equal("TCGETS", Decode("ioctl", 0, 0x5401)[1].Text);
        Assert.Equal("_IOWR(0xae, 1, 8)", Decode("ioctl", 0, 0xc008ae01)[1].Text);
        Assert.Equal("PROT_READ|PROT_WRITE|PROT_EXEC", Decode("mprotect", 0, 4096, 7)[2].Text);
        Assert.Equal("MAP_PRIVATE|MAP_ANONYMOUS", Decode("mmap", 0, 4096, 3, 0x22, 0xffffffff, 0)[3].Text);
        Assert.Equal(["SOL_SOCKET", "SO_BINDTODEVICE"], Decode("setsockopt", 3, 1, 25, 0, 4).Skip(1).Take(2).Select(a => a.Text));
        Assert.Equal(["SOL_TCP", "TCP_NODELAY"], Decode("setsockopt", 3, 6, 1, 0, 4).Skip(1).Take(2).Select(a => a.Text));
        Assert.Equal(["-5", "SIGKILL"], Decode("kill", 0xfffffffb, 9).Select(a => a.Text));
        Assert.Equal("04755", Decode("chmod", _target.Put("x"), 0x9ed)[1].Text);
        Assert.Equal("BPF_PROG_LOAD", Decode("bpf", 5, 0, 120)[0].Text);
        Assert.Equal("MS_NOSUID|MS_BIND|MS_REC", Decode("mount", 0, 0, 0, 0x5002)[3].Text);
    }

    [Fact]
    public void Structures_are_read()
    {
        var args = _target.PutWords(0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0);
        Assert.Equal("{flags=CLONE_NEWUSER, exit_signal=SIGCHLD}", Decode("clone3", args, 88)[0].Text);
        var how = _target.PutWords(0x80000, 0, 0x8);
        Assert.Equal("{flags=O_RDONLY|O_CLOEXEC, mode=0, resolve=RESOLVE_BENEATH}", Decode("openat2", AtFdCwd, _target.Put("x"), how, 24)[2].Text);
    }

    [Fact]
    public void A_call_that_is_not_in_the_table_has_no_guesses()
    {
        Assert.Empty(Decode("getpid"));
        // The i386 mmap has one argument, a pointer.
        Assert.Empty(ArgumentDecoder.Decode(SeccompArchitecture.X86, Call("mmap", SeccompArchitecture.X86), [1, 2, 3, 4, 5, 6], _target));
    }

    [Fact]
    public void Every_call_of_the_table_exists() => Assert.All(CallParameters.Names, name => Assert.Contains(name, SyscallTable.AllNames));

    [Fact]
    public void Whatever_the_target_holds_decoding_ends_in_bounded_text()
    {
        var random = new Random(20261127);
        foreach (var architecture in Enum.GetValues<SeccompArchitecture>())
        {
            foreach (var entry in SyscallTable.For(architecture).Entries)
            {
                for (var i = 0; i < (Environment.GetEnvironmentVariable("SANDBOX_SOAK") is null ? 4 : 400); i++)
                {
                    var target = new FakeTarget { Directory = random.Next(2) == 0 ? null : "/d" };
                    var memory = new byte[random.Next(9000)];
                    random.NextBytes(memory);
                    if (memory.Length > 0) target.Put(memory);
                    var arguments = Enumerable.Range(0, 6).Select(_ => random.Next(3) switch { 0 => FakeTarget.Base + (ulong)random.Next(9000), 1 => (ulong)random.Next(300), _ => (ulong)random.NextInt64() }).ToArray();
                    var decoded = ArgumentDecoder.Decode(architecture, entry, arguments, target);
                    Assert.InRange(decoded.Sum(a => a.Text.Length + (a.FullPath?.Length ?? 0)), 0, 6 * 40_000);
                    Assert.All(decoded, a => Assert.DoesNotContain(a.Text, char.IsControl));
                }
            }
        }
    }

    private static SyscallEntry Call(string name, SeccompArchitecture architecture = SeccompArchitecture.X86_64) => SyscallTable.For(architecture).Find(name)!;

    private IReadOnlyList<DecodedArgument> Decode(string call, params ulong[] arguments) =>
        ArgumentDecoder.Decode(SeccompArchitecture.X86_64, Call(call), [.. arguments, .. new ulong[6 - arguments.Length]], _target);
}
