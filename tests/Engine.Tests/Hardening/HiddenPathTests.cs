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
        Directory.CreateDirectory(Path.Join(scratch.Path, "only-here"));
        File.Copy("/bin/true", Path.Join(scratch.Path, "true"));
        var profile = BuiltInProfiles.Strict with { Root = RootMode.Directory, RootDirectory = scratch.Path, HiddenPaths = ["/only-here"] };
        var steps = HardenedLauncher.Preview(new() { FilePath = "/true", Profile = profile });
        Assert.Contains(steps, s => s.StartsWith("hidden_path:/only-here: mount(", StringComparison.Ordinal));
    }
}
