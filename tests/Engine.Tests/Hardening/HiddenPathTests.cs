using Sandbox.Hardening;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening;

/// <summary>A hidden path is looked for where the target sees it, and no bind stays a peer of the host's mounts.</summary>
public sealed class HiddenPathTests
{
    [Fact]
    public void The_plan_makes_every_bind_private()
    {
        var steps = HardenedLauncher.Preview(new() { FilePath = "/bin/true", Profile = BuiltInProfiles.Strict });
        var attributes = steps.Where(s => s.Contains("mount_setattr", StringComparison.Ordinal) && !s.Contains("IDMAP", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(attributes);
        Assert.All(attributes, s => Assert.Contains("MS_PRIVATE", s, StringComparison.Ordinal));
    }

    [Fact]
    public void A_path_that_only_the_root_directory_has_is_covered()
    {
        using var scratch = new ScratchDirectory();
        foreach (var name in new[] { "only-here", "proc", "dev", "tmp" }) Directory.CreateDirectory(Path.Join(scratch.Path, name));
        File.Copy("/bin/true", Path.Join(scratch.Path, "true"));
        var profile = BuiltInProfiles.Strict with { Root = RootMode.Directory, RootDirectory = scratch.Path, HiddenPaths = ["/only-here"] };
        var steps = HardenedLauncher.Preview(new() { FilePath = "/true", Profile = profile });
        Assert.Contains(steps, s => s.StartsWith("hidden_path:/only-here: mount(", StringComparison.Ordinal));
    }

    [Fact]
    public void Hiding_a_path_leaves_a_host_alone_whose_mounts_are_shared()
    {
        if (!Sandboxed.IsRoot) Assert.Skip("a mount namespace with a shared root needs root");
        // systemd shares the root of its hosts: what is mounted on a peer is mounted on all of them. The peers are this host's own, so that
        // no mount of another test's shows here.
        using var host = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "sh", "-c", "mount --make-rshared / && exec \"$0\" host hide /usr/share/doc", Environment.ProcessPath!]) { RedirectStandardOutput = true })!;
        var output = host.StandardOutput.ReadToEnd();
        Assert.True(host.WaitForExit(30_000));
        Assert.Equal("Full 1 0 True\n", output); // grep -c finds none and exits 1
    }

    [Fact]
    public void Root_cannot_uncover_what_is_hidden_on_the_hosts_root()
    {
        if (!Sandboxed.IsRoot) Assert.Skip("root's own capabilities are what this is about");
        var profile = new ProfileOverrides { HiddenPaths = ["/usr/share/doc"] }.Apply(Sandboxed.Standard);
        var process = Sandboxed.Shell(profile, "umount /usr/share/doc; ls /usr/share/doc");
        Assert.NotEqual(0, process.ExitCode);
        Assert.Equal("", process.StandardOutput);
        Assert.Equal("HardeningProfile,INCONSISTENT", Assert.Throws<SandboxException>(() => Sandboxed.Shell(profile with { DropCapabilities = false }, "true")).ErrorId);
    }
}
