using System.Globalization;
using Sandbox.Tests.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A session that ends, by itself or by a signal, takes its sandboxes with it and what they had on the host.</summary>
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

    [Theory]
    [InlineData(15)]
    [InlineData(1)]
    public void A_signal_ends_it_and_leaves_nothing_either(int signal)
    {
        var before = _world.State();
        var marker = $"{Random.Shared.Next(100_000, 999_999)}.5";
        var path = _scratch.At("left.pcapng");
        // Its parent has the kernel's word for how it ended; an exit status says the same of an exit with 128 + the signal.
        const string Parent = "import subprocess, sys\np = subprocess.Popen(sys.argv[1:])\nprint(p.pid, flush=True)\nprint('ended', p.wait())\n";
        var parent = _world.StartOnHost("python3", "-c", Parent, Environment.ProcessPath!, "host", "network", "leave", "return", NetworkProfiles.Nat(), $"setsid sleep {marker} & sleep {marker}", path);
        var host = int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        NetworkWorld.Await(parent, "running");
        Assert.NotEqual(before, _world.State());
        Signal(host, signal);
        NetworkWorld.Await(parent, $"ended -{signal}");
        Assert.Equal(before, _world.State());
        Assert.True(ProcessState.Eventually(() => ProcessState.WithCommandLine($"sleep\0{marker}").Length == 0));
        Assert.Equal(0, CaptureTool.Try("capinfos", "-M", "-c", path).Code);
    }

    // Somebody else in the process answers it, and the session goes on.
    [Theory]
    [InlineData("refuses")]
    [InlineData("refuses later")]
    public void A_signal_that_is_refused_ends_no_sandbox(string how)
    {
        var before = _world.State();
        var marker = $"{Random.Shared.Next(100_000, 999_999)}.5";
        var host = _world.Hosting("leave", how, NetworkProfiles.Nat(), $"sleep {marker} & sleep {marker}", "");
        NetworkWorld.Await(host, "running");
        Assert.True(ProcessState.Eventually(() => ProcessState.WithCommandLine($"sleep\0{marker}").Length == 4));
        Signal(host.Id, 15);
        NetworkWorld.Await(host, "refused");
        Assert.Equal(4, ProcessState.WithCommandLine($"sleep\0{marker}").Length);
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(30_000));
        Assert.Equal(7, host.ExitCode);
        Assert.Equal(before, _world.State());
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

    private void Signal(int pid, int signal) => _world.OnHost("kill", $"-{signal}", $"{pid}");
}
