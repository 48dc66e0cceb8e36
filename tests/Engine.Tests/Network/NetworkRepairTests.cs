using Sandbox.Tests.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>SIGKILL of the hosting process at any moment: what stays is known, and a repair removes it.</summary>
public sealed class NetworkRepairTests
{
    private const string Profile = """{ "extends": "Strict", "name": "nat", "network": "Nat", "allowLoosening": true }""";

    // With captures in them, so that what is killed holds more than one network: their files are whole to the last block.
    [Fact]
    public void Whatever_a_killed_host_leaves_is_repaired()
    {
        using var world = new NetworkWorld();
        using var scratch = new ScratchDirectory();
        var (captures, temporary) = (Directory.CreateDirectory(scratch.At("captures")).FullName, Directory.CreateDirectory(scratch.At("tmp")).FullName);
        var before = world.State();
        var left = 0;
        for (var round = 0; round < 20; round++)
        {
            var host = world.Hosting("endless", Profile, captures, temporary);
            // While the first network is made, or from the first capture on.
            var (capturing, known) = (round % 2 == 1, Directory.GetFiles(captures).Length);
            Assert.True(ProcessState.Eventually(() => host.HasExited || (capturing ? Directory.GetFiles(captures).Length > known : world.OnHost("nft", "list", "tables").Length > 0), 20_000));
            Thread.Sleep(Random.Shared.Next(0, 250));
            Assert.False(host.HasExited, "the host ended by itself");
            host.Kill();
            host.WaitForExit();
            left += Repair(world).Contains("True", StringComparison.Ordinal) ? 1 : 0;
            Assert.Equal(before, world.State());
        }

        Assert.True(left > 5, $"only {left} kills left something");
        Assert.Equal("", Repair(world));
        // What the runtime of .NET itself puts there it leaves after any SIGKILL.
        Assert.All(Directory.EnumerateFileSystemEntries(temporary), f => Assert.Matches("^(dotnet-diagnostic|clr-debug-pipe)-", Path.GetFileName(f)));
        AssertWhole(Directory.GetFiles(captures));
    }

    private static void AssertWhole(string[] files)
    {
        var packets = 0;
        foreach (var file in files.Where(f => new FileInfo(f).Length > 0)) // one that has no block yet has no whole one
        {
            var (code, output, error) = CaptureTool.Try("capinfos", "-M", "-c", file);
            // Of a write that was killed only a part may be there.
            Assert.True((code == 0 && error.Length == 0) || error.Contains("cut short", StringComparison.Ordinal), $"{file}: {code} {error}{output}");
            packets += int.Parse(output.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);
        }

        Assert.True(packets > 20, $"only {packets} packets in {files.Length} files");
    }

    [Fact]
    public void It_leaves_living_sandboxes_alone_and_what_they_share()
    {
        using var world = new NetworkWorld();
        var before = world.State();
        var living = world.Hosting("hold", Profile, "sleep 60");
        Assert.True(ProcessState.Eventually(() => world.OnHost("nft", "list", "tables").Length > 0));
        NetworkWorld.Await(living, "running");
        var table = world.OnHost("nft", "list", "tables");
        Assert.Equal("", Repair(world));
        var killed = world.Hosting("hold", Profile, "sleep 60");
        NetworkWorld.Await(killed, "running");
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
        NetworkWorld.Await(host, "running");
        world.OnHost("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding; echo 2 > /proc/sys/net/ipv6/conf/up0/accept_ra");
        host.Kill();
        host.WaitForExit();
        var said = Repair(world);
        Assert.DoesNotContain("ipv4.conf.up0.forwarding", said, StringComparison.Ordinal);
        Assert.Contains("ipv6.conf.up0.force_forwarding 1 → 0", said, StringComparison.Ordinal);
    }

    private static string Repair(NetworkWorld world) => world.OnHost(Environment.ProcessPath!, "host", "network", "repair");
}
