using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>The classic break-out of a chroot by mkdir, chroot and fchdir, which works while CAP_SYS_CHROOT is held.</summary>
public sealed class RootEscapeTests : IDisposable
{
    private const string Program = """
        import os, sys
        fd = os.open('.', os.O_RDONLY)
        try:
            os.mkdir('deeper'); os.chroot('deeper'); os.fchdir(fd)
        except OSError as e: print('refused', e.strerror)
        for i in range(64): os.chdir('..')
        try: os.chroot('.')
        except OSError: pass
        try: open(sys.argv[1], 'w').write('escaped')
        except OSError as e: print('no', e.strerror)
        """;

    private readonly ScratchDirectory _jail = new();
    private readonly ScratchDirectory _outside = new();

    [Fact]
    public void It_works_in_a_plain_chroot()
    {
        Assert.SkipUnless(Sandboxed.IsRoot, "chroot(2) needs root");
        // The jail's own python is loaded before the chroot; what follows is what the reference's child could do.
        var (_, output, error) = CProgram.Run("/usr/bin/python3", ["-c", $"import os; os.chroot('{_jail.Path}'); os.chdir('/')\n" + Program, _outside.At("sentinel")]);
        Assert.Equal("", output + error);
        Assert.Equal("escaped", File.ReadAllText(_outside.At("sentinel")));
    }

    [Fact]
    public void It_ends_in_the_sandbox()
    {
        foreach (var profile in new[] { Sandboxed.Strict, Sandboxed.Strict with { SeccompPolicy = null, Landlock = false }, Sandboxed.Strict with { SeccompPolicy = null, Landlock = false, DropCapabilities = false } })
        {
            Directory.Delete(_jail.Path, recursive: true);
            Directory.CreateDirectory(_jail.Path);
            var process = Sandboxed.Run(Sandboxed.Request(profile, "/usr/bin/python3", "-c", Program, _outside.At("sentinel")) with { WorkingDirectory = _jail.Path });
            Assert.Contains("no ", process.StandardOutput, StringComparison.Ordinal);
            Assert.False(File.Exists(_outside.At("sentinel")));
        }
    }

    [Fact]
    public void The_old_root_is_detached()
    {
        var mounts = Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict, "/bin/cat", "/proc/self/mountinfo")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Single(mounts, m => m.Split(' ')[4] == "/");
        Assert.All(mounts, m => Assert.DoesNotContain("shared:", m, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _jail.Dispose();
        _outside.Dispose();
    }
}
