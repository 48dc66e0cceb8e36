using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>SIGKILL of the hosting process at any moment: what stays is known, and a repair removes it.</summary>
public sealed class NetworkRepairTests
{
    private const string Profile = """{ "extends": "Strict", "name": "nat", "network": "Nat", "allowLoosening": true }""";

    [Fact]
    public void Whatever_a_killed_host_leaves_is_repaired()
    {
        using var world = new NetworkWorld();
        var before = world.State();
        var left = 0;
        for (var round = 0; round < 12; round++)
        {
            var host = world.Hosting("endless", Profile);
            Assert.True(ProcessState.Eventually(() => host.HasExited || world.OnHost("nft", "list", "tables").Length > 0, 20_000));
            Thread.Sleep(Random.Shared.Next(0, 150));
            Assert.False(host.HasExited, "the host ended by itself");
            host.Kill();
            host.WaitForExit();
            left += Repair(world).Contains("True", StringComparison.Ordinal) ? 1 : 0;
            Assert.Equal(before, world.State());
        }

        Assert.True(left > 3, $"only {left} kills left something");
        Assert.Equal("", Repair(world));
    }

    [Fact]
    public void It_leaves_living_sandboxes_alone_and_what_they_share()
    {
        using var world = new NetworkWorld();
        var before = world.State();
        var living = world.Hosting("hold", Profile, "sleep 60");
        Assert.True(ProcessState.Eventually(() => world.OnHost("nft", "list", "tables").Length > 0));
        while (living.StandardOutput.ReadLine() is { } line && line != "running") continue;
        var table = world.OnHost("nft", "list", "tables");
        Assert.Equal("", Repair(world));
        var killed = world.Hosting("hold", Profile, "sleep 60");
        while (killed.StandardOutput.ReadLine() is { } line && line != "running") continue;
        killed.Kill();
        killed.WaitForExit();
        Assert.Contains("True", Repair(world), StringComparison.Ordinal);
        Assert.Equal(table, world.OnHost("nft", "list", "tables"));
        Assert.Equal("1\n", world.OnHost("cat", "/proc/sys/net/ipv4/conf/up0/forwarding"));
        living.StandardInput.WriteLine();
        Assert.True(living.WaitForExit(20_000));
        Assert.Equal(before, world.State());
    }

    // Somebody made it so meanwhile: it is no longer ours to put back.
    [Fact]
    public void A_setting_that_somebody_changed_stays_as_it_is()
    {
        using var world = new NetworkWorld();
        var host = world.Hosting("hold", Profile, "sleep 60");
        while (host.StandardOutput.ReadLine() is { } line && line != "running") continue;
        world.OnHost("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding; echo 2 > /proc/sys/net/ipv6/conf/up0/accept_ra");
        host.Kill();
        host.WaitForExit();
        var said = Repair(world);
        Assert.DoesNotContain("ipv4.conf.up0.forwarding", said, StringComparison.Ordinal);
        Assert.Contains("ipv6.conf.up0.force_forwarding 1 → 0", said, StringComparison.Ordinal);
    }

    private static string Repair(NetworkWorld world) => world.OnHost(Environment.ProcessPath!, "host", "network", "repair");
}
