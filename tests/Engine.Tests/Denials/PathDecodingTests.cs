using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

public class PathDecodingTests
{
    private const ulong At = 0x7000_0000_0f00;
    private const ulong Cwd = unchecked((ulong)-100);

    [Theory]
    [InlineData("/etc/shadow", "/etc/shadow")]
    [InlineData("notes.txt", "/home/user/notes.txt")]
    [InlineData("../other/./x", "/home/user/../other/./x")]
    [InlineData(".", "/home/user/.")]
    public void A_path_is_joined_with_the_working_directory_as_the_kernel_walks_it(string path, string full)
    {
        var argument = Decoded.Call("open", new FakeTarget().With(At, path), At, 0)[0];
        Assert.Equal(("pathname", path, full), (argument.Name, argument.Text, argument.FullPath));
    }

    [Fact]
    public void A_path_below_a_descriptor_is_joined_with_its_directory()
    {
        var target = new FakeTarget().With(At, "passwd").WithDescriptor(7, "/etc");
        var arguments = Decoded.Call("openat", target, 7, At, 0x80000);
        Assert.Equal("dirfd=7</etc>, pathname=passwd, flags=O_RDONLY|O_CLOEXEC", string.Join(", ", arguments));
        Assert.Equal("/etc/passwd", arguments[1].FullPath);
        Assert.Equal(1, target.LinksRead);
        // As a C library passes it: 32 bits.
        Assert.Equal("dirfd=AT_FDCWD, pathname=passwd, flags=O_RDONLY", Decoded.Text("openat", target, 0xffff_ff9c, At, 0xffff_ffff_0000_0000));
        // A program may leave anything in the upper half of an int.
        Assert.Equal("/etc/passwd", Decoded.Call("openat", target, 0xdead_beef_0000_0007, At, 0)[1].FullPath);
    }

    [Fact]
    public void The_usual_path_takes_one_read_and_an_absolute_one_no_link()
    {
        var target = new FakeTarget().With(At, "/etc/shadow");
        Decoded.Call("openat", target, Cwd, At, 0);
        Assert.Equal((1, 0), (target.Reads, target.LinksRead));
        Assert.InRange(target.BytesAsked, 12, 256);
    }

    [Fact]
    public void A_read_never_crosses_the_page_unless_the_path_does()
    {
        var target = new FakeTarget().With(0x1ffb, "/a/b");
        Assert.Equal("/a/b", Decoded.Call("open", target, 0x1ffb)[0].Text);
        Assert.Equal(5, target.BytesAsked);
        Assert.Equal("/a/b/c", Decoded.Call("open", new FakeTarget().With(0x1ffb, "/a/b/c"), 0x1ffb)[0].Text);
    }

    [Theory]
    [InlineData("socket:[1234]")]
    [InlineData("anon_inode:[eventpoll]")]
    public void What_is_no_directory_joins_nothing(string what)
    {
        var argument = Decoded.Call("openat", new FakeTarget().With(At, "x").WithDescriptor(3, what), 3, At)[1];
        Assert.Equal(("x", null), (argument.Text, argument.FullPath));
        Assert.Null(Decoded.Call("openat", new FakeTarget().With(At, "x"), 9, At)[1].FullPath);
        Assert.Null(Decoded.Call("open", new FakeTarget { Cwd = null }.With(At, "x"), At)[0].FullPath);
    }

    [Fact]
    public void The_root_and_a_removed_directory_join_as_the_kernel_names_them()
    {
        Assert.Equal("/x", Decoded.Call("open", new FakeTarget { Cwd = "/" }.With(At, "x"), At)[0].FullPath);
        Assert.Equal("/tmp/d (deleted)/x", Decoded.Call("open", new FakeTarget { Cwd = "/tmp/d (deleted)" }.With(At, "x"), At)[0].FullPath);
    }

    [Theory]
    [InlineData("newfstatat", 0x1000ul, "/srv/file")]
    [InlineData("newfstatat", 0ul, null)]
    public void An_empty_path_means_the_descriptor_where_AT_EMPTY_PATH_says_so(string name, ulong flags, string? full)
    {
        var target = new FakeTarget().With(At, "").WithDescriptor(4, "/srv/file");
        var argument = Decoded.Call(name, target, 4, At, 0, flags)[1];
        Assert.Equal(("\"\"", full), (argument.Text, argument.FullPath));
        Assert.Equal(full, Decoded.Call(name, target, 4, 0, 0, flags)[1].FullPath);
        Assert.Equal("/srv/file", Decoded.Call("readlinkat", target, 4, At)[1].FullPath);
    }

    [Fact]
    public void Both_paths_of_a_rename_have_their_own_directory()
    {
        var target = new FakeTarget().With(At, "a").With(0x5000, "b").WithDescriptor(3, "/one").WithDescriptor(4, "/two");
        var arguments = Decoded.Call("renameat2", target, 3, At, 4, 0x5000, 1);
        Assert.Equal("olddirfd=3</one>, oldpath=a, newdirfd=4</two>, newpath=b, flags=RENAME_NOREPLACE", string.Join(", ", arguments));
        Assert.Equal(["/one/a", "/two/b"], arguments.Select(a => a.FullPath).OfType<string>());
    }

    [Fact]
    public void The_target_of_a_symbolic_link_is_text()
    {
        var arguments = Decoded.Call("symlinkat", new FakeTarget().With(At, "../x").With(0x5000, "l"), At, Cwd, 0x5000);
        Assert.Null(arguments[0].FullPath);
        Assert.Equal("/home/user/l", arguments[2].FullPath);
    }

    [Fact]
    public void A_mode_is_shown_only_where_the_call_makes_a_file()
    {
        var target = new FakeTarget().With(At, "/x");
        Assert.Equal("dirfd=AT_FDCWD, pathname=/x, flags=O_WRONLY|O_CREAT|O_TRUNC, mode=0644", Decoded.Text("openat", target, Cwd, At, 0x241, 0x1a4));
        Assert.Equal("dirfd=AT_FDCWD, pathname=/x, flags=O_WRONLY", Decoded.Text("openat", target, Cwd, At, 1, 0x1a4));
        Assert.Equal("dirfd=AT_FDCWD, pathname=/x, flags=O_RDWR|O_TMPFILE, mode=0600", Decoded.Text("openat", target, Cwd, At, 0x410002, 0x180));
    }

    [Fact]
    public void Flags_have_the_values_of_the_architecture()
    {
        var target = new FakeTarget().With(At, "/x");
        Assert.Equal("dirfd=AT_FDCWD, pathname=/x, flags=O_RDONLY|O_DIRECTORY", Decoded.Text("openat", target, Cwd, At, 0x10000));
        Assert.Equal("dirfd=AT_FDCWD, pathname=/x, flags=O_RDONLY|O_DIRECT", Decoded.Text(SeccompArchitecture.AArch64, "openat", target, Cwd, At, 0x10000));
        Assert.Equal("dirfd=AT_FDCWD, pathname=/x, flags=O_RDONLY|O_DIRECTORY", Decoded.Text(SeccompArchitecture.AArch64, "openat", target, Cwd, At, 0x4000));
    }

    [Fact]
    public void A_32_bit_call_has_32_bit_pointers()
    {
        Assert.Equal("/x", Decoded.Call(SeccompArchitecture.X86, "open", new FakeTarget().With(0x8000_1000, "/x"), 0xffff_ffff_8000_1000)[0].FullPath);
        Assert.Equal("/x", Decoded.Call(SeccompArchitecture.Arm, "open", new FakeTarget().With(0x8000_1000, "/x"), 0x8000_1000)[0].FullPath);
    }

    [Fact]
    public void A_call_that_is_not_in_the_table_has_nothing() => Assert.Empty(Decoded.Call("getpid", new FakeTarget()));
}
