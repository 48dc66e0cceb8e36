using Sandbox.Tests.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A session that ends by itself takes its sandboxes with it and what they had on the host.</summary>
public sealed class SessionEndTests : IDisposable
{
    private readonly NetworkWorld _world = new();
    private readonly ScratchDirectory _scratch = new();

    public void Dispose()
    {
        _world.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("return", false)]
    [InlineData("exit", false)]
    [InlineData("return", true)]
    public void Nothing_is_left_of_its_networks(string how, bool capture)
    {
        var before = _world.State();
        var path = capture ? _scratch.At("left.pcapng") : "";
        var marker = $"{Random.Shared.Next(100_000, 999_999)}.5";
        var host = _world.Hosting("leave", how, NetworkProfiles.Nat(), $"setsid sleep {marker} & sleep {marker}", path);
        NetworkWorld.Await(host, "running");
        Assert.NotEqual(before, _world.State());
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(30_000));
        Assert.Equal(7, host.ExitCode);
        Assert.Equal(before, _world.State());
        Assert.True(ProcessState.Eventually(() => ProcessState.WithCommandLine($"sleep\0{marker}").Length == 0));
        if (capture) Assert.Equal(0, CaptureTool.Try("capinfos", "-M", "-c", path).Code);
    }

    // Somebody holds what a removal needs: the session ends nevertheless, and a repair does the rest.
    [Fact]
    public void One_that_cannot_remove_them_ends_nevertheless()
    {
        var before = _world.State();
        var host = _world.StartOnHost("unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run; exec \"$@\"", "sh", Environment.ProcessPath!, "host", "network", "leave", "return", NetworkProfiles.Nat(), "sleep 60", "");
        NetworkWorld.Await(host, "running");
        var inside = $"--mount=/proc/{host.Id}/ns/mnt";
        var holder = _world.StartOnHost("nsenter", inside, "sh", "-c", "flock /run/sandbox/network/.lock sh -c 'echo held; read x'; cd /; exec \"$@\"", "sh", Environment.ProcessPath!, "host", "network", "repair");
        NetworkWorld.Await(holder, "held");
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(60_000));
        Assert.Equal(7, host.ExitCode);
        holder.StandardInput.WriteLine();
        Assert.Contains("True", holder.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        Assert.True(holder.WaitForExit(30_000));
        Assert.Equal(before, _world.State());
    }
}
