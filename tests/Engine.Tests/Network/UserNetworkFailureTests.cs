using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>What -Network User does without what it needs, and what stays of it when it is killed: nothing runs, nothing lingers.</summary>
public sealed class UserNetworkFailureTests
{
    private const string WithoutPasta = UserNetworkWorld.OpenDevice + "; mount -t tmpfs t /mnt; mkdir /mnt/u /mnt/w; mount -t overlay o -o lowerdir=/usr/bin,upperdir=/mnt/u,workdir=/mnt/w /usr/bin; rm /usr/bin/pasta";
    private const string ClosedDevice = "[ -e $D/tun ] || mknod $D/tun c 10 200; chmod 600 $D/tun; mount --bind $D/tun /dev/net/tun";

    [Theory]
    [InlineData(WithoutPasta, "error pasta,ENOENT", "Install the package passt.")]
    [InlineData(ClosedDevice, "error tun,EACCES", "its mode is 0600")]
    [InlineData("mount -t tmpfs t /dev/net", "error tun,ENOENT", "modprobe tun")]
    public void What_is_missing_is_said_before_anything_runs(string mounts, string error, string says)
    {
        using var user = new UserNetworkWorld();
        var said = user.Sandboxed(UserNetworkTests.Profile(""), "echo it ran", mounts);
        Assert.Contains(error, said, StringComparison.Ordinal);
        Assert.Contains(says, said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_a_default_route_has_nothing_to_give()
    {
        using var user = new UserNetworkWorld();
        user.World.OnHost("ip", "route", "del", "default");
        user.World.OnHost("ip", "-6", "route", "del", "default");
        var said = user.Sandboxed(UserNetworkTests.Profile(""), "echo it ran");
        Assert.Contains("no default route", said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
    }

    // As pasta does without a device: it hangs, and ignores what asks it to end.
    [Theory]
    [InlineData("trap '' TERM INT HUP; while :; do sleep 1; done", "has not connected the target within 20 s and was killed: there is no eth0")]
    [InlineData("trap '' TERM; yes a line of noise | head -c 1000000; sleep 1000", "has not connected the target within 20 s")]
    [InlineData("echo a wrong turn >&2; exit 3", "pasta ended with 3: a wrong turn")]
    [InlineData("kill -9 $$", "pasta ended with 137: it said nothing")]
    public void A_pasta_that_does_nothing_keeps_the_program_from_running(string script, string says)
    {
        using var user = new UserNetworkWorld();
        var before = user.World.Processes();
        var watch = Stopwatch.StartNew();
        var said = user.Sandboxed(UserNetworkTests.Profile(""), "echo it ran", user.FakePasta(script));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(55), $"took {watch.Elapsed}");
        Assert.Contains("network_link", said, StringComparison.Ordinal);
        Assert.Contains(says, said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.Equal(before, user.World.Processes());
    }

    [Fact]
    public void Best_effort_runs_without_a_network_then()
    {
        using var user = new UserNetworkWorld();
        var said = user.Sandboxed(UserNetworkTests.Profile("\"failClosed\": false"), $"curl -sS -m 2 http://{NetworkWorld.Server}/ || echo no network", user.FakePasta("exit 1"));
        Assert.Contains("row network_link Failed", said, StringComparison.Ordinal);
        Assert.Contains("no network", said, StringComparison.Ordinal);
        Assert.Empty(user.World.Seen);
    }

    // A program called nft that says that all is well, and loads nothing.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Best_effort_has_no_network_without_its_rules(bool root)
    {
        using var user = new UserNetworkWorld(root);
        var said = user.Sandboxed(UserNetworkTests.Profile("\"failClosed\": false, \"blockPrivate\": true"), $"echo it ran; cat /proc/self/net/dev; curl -sS -m 2 http://{NetworkWorld.Server}/ 'http://[{NetworkWorld.Server6}]/' http://{NetworkWorld.Private}/", UserNetworkWorld.OpenDevice + "; mount --bind /bin/true /usr/sbin/nft");
        Assert.Contains("it ran", said, StringComparison.Ordinal);
        Assert.Contains("row network_policy Failed read back: table inet sandbox in its own namespace: 0 of", said, StringComparison.Ordinal);
        Assert.Contains("row network_link Failed", said, StringComparison.Ordinal);
        Assert.Contains("the network was taken away", said, StringComparison.Ordinal);
        Assert.DoesNotContain("eth0:", said, StringComparison.Ordinal);
        Assert.DoesNotContain("you are", said, StringComparison.Ordinal);
        Assert.DoesNotContain("level Full", said, StringComparison.Ordinal);
        Assert.Contains("error network_policy,NOT_IN_FORCE", user.Sandboxed(UserNetworkTests.Profile(""), "echo it ran", UserNetworkWorld.OpenDevice + "; mount --bind /bin/true /usr/sbin/nft"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_outlives_a_killed_host(bool root)
    {
        using var user = new UserNetworkWorld(root);
        var before = user.World.State();
        var processes = user.World.Processes();
        for (var round = 0; round < 8; round++)
        {
            var host = user.Hosting("endless", UserNetworkTests.Profile(""));
            Assert.True(ProcessState.Eventually(() => host.HasExited || user.World.Processes().Any(p => p.StartsWith("pas", StringComparison.Ordinal)), 20_000));
            Thread.Sleep(Random.Shared.Next(0, 150));
            Assert.False(host.HasExited, "the host ended by itself");
            host.Kill();
            host.WaitForExit();
            Assert.True(ProcessState.Eventually(() => user.World.Processes().SequenceEqual(processes), 20_000), string.Join(' ', user.World.Processes()));
            Assert.Equal(before, user.World.State());
        }
    }

    [Fact]
    public void A_profile_whose_program_could_change_the_rules_is_refused()
    {
        var strict = BuiltInProfiles.Strict with { Network = NetworkMode.User };
        foreach (var profile in new[] { strict with { DropCapabilities = false }, strict with { KeepCapabilities = ["CAP_NET_ADMIN"] }, strict with { KeepCapabilities = ["CAP_NET_RAW"] }, strict with { Namespaces = strict.Namespaces & ~NamespaceKinds.User, Identity = IdentityMode.Caller } })
        {
            Assert.Equal("HardeningProfile,INCONSISTENT", Assert.ThrowsAny<SandboxException>(() => HardenedLauncher.Preview(new LaunchRequest { FilePath = "/bin/true", CurrentDirectory = "/", Profile = profile })).ErrorId);
        }
    }

    [Fact]
    public void What_it_needs_of_a_profile_comes_with_it()
    {
        var changed = new ProfileOverrides { Network = NetworkMode.User, BlockPrivate = true }.Apply(BuiltInProfiles.Standard);
        Assert.Equal(NamespaceKinds.User | NamespaceKinds.Network, changed.Namespaces);
        Assert.True(changed.DropCapabilities);
        Assert.True(changed.BlockPrivate);
        var rules = BuiltInProfiles.Strict with { Network = NetworkMode.Nat, DenyCidrs = ["10.0.0.0/8"] };
        Assert.Equal(["10.0.0.0/8"], new ProfileOverrides { Network = NetworkMode.User }.Apply(rules).DenyCidrs);
        Assert.Empty(ProfileComposer.Loosenings(rules, rules with { Network = NetworkMode.User }));
        Assert.Equal(["network: User becomes Nat"], ProfileComposer.Loosenings(rules with { Network = NetworkMode.User }, rules));
        Assert.Equal(["network: None becomes User"], ProfileComposer.Loosenings(BuiltInProfiles.Strict, BuiltInProfiles.Strict with { Network = NetworkMode.User }));
    }
}
