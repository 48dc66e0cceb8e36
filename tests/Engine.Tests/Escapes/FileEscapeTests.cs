using Sandbox.Native;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Escapes;

/// <summary>Ways to files that were not shown, and to the mounts that hide them.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class FileEscapeTests : IClassFixture<EscapeProgram>, IDisposable
{
    private readonly EscapeProgram _program;
    private readonly ScratchDirectory _outside = new();
    private readonly ScratchDirectory _work = new();
    private readonly string _secret;

    public FileEscapeTests(EscapeProgram program)
    {
        _program = program;
        _secret = _outside.Write("secret", "secret of the host");
    }

    private static string[] OwnMounts => Sandboxed.IsRoot ? ["/usr/bin/unshare", "-m"] : ["/usr/bin/unshare", "-Urm"];

    private LaunchRequest InWork(LaunchRequest request) => request with { WorkingDirectory = _work.Path };

    [Fact]
    public void What_was_not_shown_is_neither_read_nor_written()
    {
        _program.WorksOutside("read", _secret);
        _program.WorksOutside("write", _outside.At("control"));
        _program.FailsInside("read", _secret);
        _program.FailsInside("write", _outside.At("sentinel"));
        foreach (var way in new[] { "/proc/1/root", "/proc/self/root", "/proc/self/cwd/../../../../..", "/proc/thread-self/root/../.." }) _program.FailsInside("read", way + _secret);
        foreach (var path in new[] { "/etc/shadow", "/root/.bashrc", "/etc/hostname~", "/proc/kcore", "/dev/mem", "/boot/none" }) _program.FailsInside("read", path);
        Assert.False(File.Exists(_outside.At("sentinel")));
    }

    [Fact]
    public void A_link_made_inside_leads_nowhere_outside()
    {
        File.CreateSymbolicLink(_work.At("link"), _secret);
        _program.WorksOutside("read", _work.At("link"));
        _program.FailsInside(InWork, "read", _work.At("link"));
        _program.WorksOutside("hard-link", _secret, _work.At("control"));
        _program.FailsInside(InWork, "hard-link", _secret, _work.At("hard"));
    }

    [Fact]
    public void A_path_that_became_a_link_is_no_way_to_another_directory()
    {
        // Between the decision and the launch the writable path is swapped for a link to the secret's directory.
        Directory.CreateDirectory(_work.At("data"));
        var profile = Sandboxed.Strict with { WritablePaths = [_work.At("data")] };
        var prepared = Sandbox.Hardening.PreparedLaunch.Create(Sandboxed.Request(profile, "/bin/cat", _work.At("data/secret")));
        Directory.Delete(_work.At("data"));
        File.CreateSymbolicLink(_work.At("data"), _outside.Path);
        var error = Assert.Throws<HardeningException>(() => Sandbox.Runtime.HardenedLauncher.Start(prepared));
        Assert.Contains("ELOOP", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handle_of_a_file_opens_nothing()
    {
        Assert.SkipUnless(Sandboxed.IsRoot, "open_by_handle_at(2) needs CAP_DAC_READ_SEARCH");
        _program.WorksOutside("save-handle", _secret, _work.At("handle"));
        _program.WorksOutside("handle", "-", _work.At("handle"), _outside.Path);
        _program.FailsInside(InWork, "handle", "-", _work.At("handle"), _work.Path);
    }

    [Fact]
    public void A_device_is_neither_made_nor_opened()
    {
        string[] zero = ["1", "5"]; // /dev/zero: opening it disturbs nobody
        _program.WorksOutside(["device", _outside.At("zero"), .. zero]);
        foreach (var place in new[] { "/tmp/zero", "/dev/shm/zero", _work.At("zero") }) _program.FailsInside(InWork, ["device", place, .. zero]);
        // One that the host made in a directory which is shown can't be opened: the mount is nodev.
        File.Move(_outside.At("zero"), _work.At("zero"));
        _program.WorksOutside("read", _work.At("zero"));
        _program.FailsInside(InWork, "read", _work.At("zero"));
    }

    [Fact]
    public void A_set_user_id_program_gains_nothing()
    {
        Assert.SkipUnless(Sandboxed.IsRoot, "a set-user-ID file of root needs root");
        File.Copy("/bin/bash", _work.At("shell"));
        Assert.Equal(0, Seccomp.CProgram.Run("chmod", ["4755", _work.At("shell")]).Code);
        Assert.Equal("0\n", Seccomp.CProgram.Run("/usr/bin/setpriv", ["--reuid", "65534", "--clear-groups", _work.At("shell"), "-p", "-c", "id -u"]).Output);
        var process = Sandboxed.Run(InWork(Sandboxed.Request(Sandboxed.Strict, _work.At("shell"), "-p", "-c", "id -u; grep -c '^CapEff:\t0*$' /proc/self/status")));
        Assert.Equal("1000\n1\n", process.StandardOutput);
    }

    public static TheoryData<string, string> MountAttempts => new() { { "remount", "/" }, { "mount", "/tmp" }, { "umount", "/tmp" }, { "new-mount", "" }, { "open-tree", "/" }, { "mount-attributes", "/" }, { "chroot", "/" } };

    [Theory, MemberData(nameof(MountAttempts))]
    public void Mounts_stay_as_they_are(string attempt, string path)
    {
        string[] control = [attempt, path];
        if (attempt == "umount") _program.WorksOutside([.. OwnMounts, "/bin/sh", "-c", "mount -t tmpfs none /mnt && exec \"$@\"", "sh"], ["umount", "/mnt"]);
        else _program.WorksOutside(OwnMounts, control);
        _program.FailsInside(control);
        var before = ProcessState.Mounts();
        // Without the filter the lack of capabilities and Landlock still refuse it.
        _program.FailsInside(r => r with { Profile = r.Profile with { SeccompPolicy = null } }, control);
        _program.FailsInside(r => r with { Profile = r.Profile with { SeccompPolicy = null, Landlock = false } }, control);
        Assert.Equal(before, ProcessState.Mounts());
    }

    [Fact]
    public void A_leaked_directory_descriptor_does_not_arrive()
    {
        using var directory = FileDescriptor.Open(_outside.Path, 0x10000);
        _ = Tmds.Linux.LibC.fcntl(directory.Number, 2, 0); // inheritable
        _program.WorksOutside("directory-fd", $"{directory.Number}", "control");
        Assert.True(File.Exists(_outside.At("control")));
        _program.FailsInside("directory-fd", $"{directory.Number}", "sentinel");
        Assert.False(File.Exists(_outside.At("sentinel")));
    }

    public void Dispose()
    {
        _outside.Dispose();
        _work.Dispose();
    }
}
