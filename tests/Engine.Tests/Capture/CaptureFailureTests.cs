using Sandbox.Capture;
using Sandbox.Native;
using Sandbox.Tests.Host;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>What keeps a capture from starting is an error with its id, and leaves nothing; what ends one shows when it is stopped.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class CaptureFailureTests : IDisposable
{
    private readonly ScratchDirectory _directory = new();
    private readonly TestNetwork _network = new();

    private PacketCaptureOptions Options => new() { Interface = "va", NetworkNamespace = _network.Name };

    public void Dispose()
    {
        _network.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("missing/a.pcapng", "open,ENOENT", SandboxErrorKind.ObjectNotFound)]
    [InlineData("file/a.pcapng", "open,ENOTDIR", SandboxErrorKind.ObjectNotFound)]
    [InlineData("mount/a.pcapng", "open,EROFS", SandboxErrorKind.PermissionDenied)]
    [InlineData("dangling", "PacketCapture,FILE_EXISTS", SandboxErrorKind.ResourceExists)]
    [InlineData("link", "PacketCapture,FILE_EXISTS", SandboxErrorKind.ResourceExists)]
    [InlineData("directory", "PacketCapture,FILE_EXISTS", SandboxErrorKind.ResourceExists)]
    [InlineData("full/a.pcapng", "write,ENOSPC", SandboxErrorKind.ResourceUnavailable)]
    public void A_path_that_cannot_be_made_is_an_error(string path, string id, SandboxErrorKind kind)
    {
        _directory.Write("file", "mine");
        foreach (var name in new[] { "directory", "mount", "full" }) Directory.CreateDirectory(_directory.At(name));
        File.CreateSymbolicLink(_directory.At("dangling"), _directory.At("elsewhere"));
        File.CreateSymbolicLink(_directory.At("link"), _directory.At("file"));
        CaptureTool.Run("mount", "-t", "tmpfs", "-o", "ro", "none", _directory.At("mount"));
        CaptureTool.Run("mount", "-t", "tmpfs", "-o", "size=4k", "none", _directory.At("full"));
        try
        {
            File.WriteAllText(_directory.At("full/filler"), "x");
            var before = Listing();
            var error = Assert.ThrowsAny<SandboxException>(() => PacketCapture.Start(Options, _directory.At(path), new(), null));
            Assert.Equal((id, kind), (error.ErrorId, error.Kind));
            Assert.NotEmpty(error.Remedy ?? "");
            Assert.Equal(before, Listing());
            Assert.Equal("mine", File.ReadAllText(_directory.At("file")));
        }
        finally
        {
            CaptureTool.Run("umount", _directory.At("mount"));
            CaptureTool.Run("umount", _directory.At("full"));
        }
    }

    [Theory]
    [InlineData("setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all --", "", "PacketCapture,PRIVILEGE")]
    [InlineData("setpriv --bounding-set -net_raw --inh-caps -net_raw --", "", "PacketCapture,PRIVILEGE")]
    [InlineData("setpriv --bounding-set -sys_admin --inh-caps -sys_admin --", "namespace", "PacketCapture,NAMESPACE")]
    public void Without_the_privilege_it_is_refused(string without, string space, string id)
    {
        HostOracle.Require("setpriv");
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_111_111);
        var words = without.Split(' ');
        Assert.SkipUnless(CaptureTool.Try(words[0], [.. words[1..], "test", "-x", Environment.ProcessPath!]).Code == 0, "that user can't run the tests' program");
        // A capability that is out of the bounding set is gone with the next program.
        string[] arguments = ["host", "start-capture", "va", _directory.At("a.pcapng"), .. space.Length > 0 ? new[] { _network.Path } : []];
        Assert.StartsWith("capturing", _network.Inside([Environment.ProcessPath!, .. arguments]), StringComparison.Ordinal);
        File.Delete(_directory.At("a.pcapng"));
        var said = _network.Inside([.. words, Environment.ProcessPath!, .. arguments]);
        Assert.StartsWith($"{id} PermissionDenied ", said, StringComparison.Ordinal);
        Assert.Contains("CAP_", said, StringComparison.Ordinal);
        Assert.Empty(Listing());
    }

    [Fact]
    public void A_process_that_is_gone_is_an_error()
    {
        using var process = System.Diagnostics.Process.Start("true");
        process.WaitForExit();
        var error = Assert.ThrowsAny<SandboxException>(() => PacketCapture.Start(new() { ProcessId = process.Id }, _directory.At("a.pcapng"), new(), null));
        Assert.Equal(("PacketCapture,NAMESPACE", SandboxErrorKind.ObjectNotFound), (error.ErrorId, error.Kind));
        Assert.Empty(Listing());
    }

    // A capture holds the namespace: what comes after the end of its last process is in the file, and with the stop it is gone.
    [Fact]
    public void The_namespace_of_an_ended_process_lasts_as_long_as_the_capture()
    {
        using var process = System.Diagnostics.Process.Start("unshare", ["--net", "sh", "-c", "ip link set lo up; exec sleep 60"])!;
        try
        {
            Assert.True(SpinWait.SpinUntil(() => CaptureTool.Try("nsenter", "-t", $"{process.Id}", "-n", "ip", "link", "show", "lo", "up").Output.Contains("lo", StringComparison.Ordinal), 5000));
            _network.Ip("link", "add", "vc", "type", "veth", "peer", "name", "vd", "netns", $"{process.Id}");
            CaptureTool.Run("nsenter", "-t", $"{process.Id}", "-n", "ip", "link", "set", "vd", "up");
            _network.Ip("link", "set", "vc", "up");
            _network.Ip("addr", "add", "10.9.8.1/24", "dev", "vc");
            using var capture = PacketCapture.Start(new() { ProcessId = process.Id, Interface = "vd", Filter = "udp" }, _directory.At("a.pcapng"), new(), null);
            process.Kill();
            process.WaitForExit();
            _network.Ip("neigh", "replace", "10.9.8.2", "lladdr", "02:00:00:00:00:02", "dev", "vc", "nud", "permanent");
            _network.Inside("python3", "-c", "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('10.9.8.2', 7))");
            capture.Stop();
            Assert.Equal((PacketCaptureState.Stopped, 1L), (capture.State, capture.Written));
            Assert.True(ProcessState.Eventually(() => !_network.Inside("ip", "-o", "link").Contains(" vc@", StringComparison.Ordinal)));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
        }
    }

    private string[] Listing() => [.. Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
