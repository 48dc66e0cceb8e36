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

    // Whatever is refused first: nothing is left of it, and what was there before is as it was.
    [Theory]
    [InlineData("filter", "PacketCapture,FILTER")]
    [InlineData("interface", "PacketCapture,NO_INTERFACE")]
    [InlineData("which", "PacketCapture,WHICH_INTERFACE")]
    [InlineData("down", "PacketCapture,INTERFACE_DOWN")]
    [InlineData("namespace", "PacketCapture,NAMESPACE")]
    [InlineData("view", "PacketCapture,VIEW")]
    [InlineData("keys", "open,ELOOP")]
    [InlineData("file", "PacketCapture,FILE_EXISTS")]
    [InlineData("rotation", "PacketCapture,FILE_EXISTS")]
    public void A_refused_start_leaves_the_files_as_they_were(string what, string id)
    {
        if (what == "down") _network.Ip("link", "set", "va", "down");
        File.CreateSymbolicLink(_directory.At("keys"), "elsewhere");
        var options = what switch
        {
            "filter" => Options with { Filter = "udp prot 53" },
            "interface" => Options with { Interface = "eth77" },
            "which" => Options with { Interface = null },
            "namespace" => Options with { NetworkNamespace = "none" },
            "view" => Options with { View = CaptureView.Both },
            "keys" => Options with { TlsKeyLog = _directory.At("keys") },
            _ => Options,
        };
        var rotation = what == "rotation" ? new CaptureRotation { Size = 100_000, Files = 2 } : new();
        if (what is not ("file" or "rotation")) Refuse();
        foreach (var name in new[] { "a.pcapng", "a.child.pcapng", "a.egress.pcapng", "a_00001.pcapng", "a_00002.pcapng" }) _directory.Write(name, "mine");
        Refuse();
        foreach (var file in Directory.GetFiles(_directory.Path, "*.pcapng")) Assert.Equal("mine", File.ReadAllText(file));

        void Refuse()
        {
            var before = Listing();
            var error = Assert.ThrowsAny<SandboxException>(() => PacketCapture.Start(options, _directory.At("a.pcapng"), rotation, null));
            Assert.Equal(id, error.ErrorId);
            Assert.NotEmpty(error.Remedy ?? "");
            Assert.Equal(before, Listing());
        }
    }

    // The last packets are in a block of the ring that isn't full, and nobody has handed over. With a filter the counters can't tell that they are missing.
    [Theory]
    [InlineData(null)]
    [InlineData("udp dst port 9")]
    public void What_came_before_its_interface_goes_is_in_the_file(string? filter)
    {
        const int Count = 3000;
        using var capture = PacketCapture.Start(Options with { Filter = filter }, _directory.At("a.pcapng"), new(), null);
        _network.Send(Count);
        _network.Ip("link", "del", "va");
        Assert.True(capture.Wait(TimeSpan.FromSeconds(5)));
        Assert.Equal(PacketCaptureState.Failed, capture.State);
        var error = Assert.Throws<SandboxException>(capture.Stop);
        Assert.Equal(("PacketCapture,INTERFACE_GONE", SandboxErrorKind.ResourceUnavailable), (error.ErrorId, error.Kind));
        Assert.NotEmpty(error.Remedy ?? "");
        Assert.Same(error, capture.Failure);
        AssertWhole(capture.Received, capture.Written, capture.Filtered, capture.Dropped, Count);
    }

    [Fact]
    public void An_interface_that_is_down_for_a_while_is_captured_on()
    {
        const int Count = 500;
        using var capture = PacketCapture.Start(Options, _directory.At("a.pcapng"), new(), null);
        _network.Send(Count);
        _network.Ip("link", "set", "va", "down");
        Assert.False(capture.Wait(TimeSpan.FromMilliseconds(300)));
        _network.Ip("link", "set", "va", "up");
        _network.Ip("neigh", "replace", "10.9.9.2", "lladdr", "02:00:00:00:00:02", "dev", "va", "nud", "permanent");
        _network.Send(Count, from: Count);
        capture.Stop();
        AssertWhole(capture.Received, capture.Written, capture.Filtered, capture.Dropped, 2 * Count);
    }

    // None of it was read when the interface goes.
    [Fact]
    public void A_whole_ring_is_emptied_when_its_interface_is_gone()
    {
        const int Count = 3000;
        using var sink = new StallingSink(new FileSink(_directory.At("a.pcapng"), new(), CaptureHost.Section(null), immediate: false));
        var loop = CaptureLoop.Start(Options, sink);
        try
        {
            _network.Send(Count);
            _network.Ip("link", "del", "va");
        }
        finally
        {
            sink.Go();
            if (!loop.Join(TimeSpan.FromSeconds(10))) loop.RequestStop();
            Assert.True(loop.Join(TimeSpan.FromSeconds(10)));
        }

        Assert.Equal("PacketCapture,INTERFACE_GONE", loop.Failure?.ErrorId);
        AssertWhole(loop.Counts.Received, loop.Counts.Written, loop.Counts.Filtered, loop.Counts.Dropped, Count);
    }

    // As the kernel stamps packets when its clock is set back.
    [Fact]
    public void Packets_are_in_the_order_in_which_they_came_also_where_the_clock_was_set_back()
    {
        var sink = new FileSink(_directory.At("a.pcapng"), new() { Time = TimeSpan.FromHours(1) }, CaptureHost.Section(null), immediate: false);
        sink.Begin(new() { Name = "va", LinkType = 1, SnapLength = 100 });
        long[] seconds = [5000, 5001, 1000, 1001, 5002];
        foreach (var second in seconds)
        {
            sink.Take(new(second * 1_000_000_000, 60, 0), new byte[60]);
            sink.Idle();
        }

        sink.Settle();
        sink.End(new(5, sink.Written, 0, 0));
        Assert.Equal(seconds, CaptureTool.Fields(Assert.Single(sink.Files), "frame.time_epoch").Select(t => (long)decimal.Parse(t, System.Globalization.CultureInfo.InvariantCulture)));
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
            Assert.True(SpinWait.SpinUntil(() => CaptureTool.Try("nsenter", "-t", $"{process.Id}", "-n", "ip", "link", "show", "lo", "up").Output.Contains("lo", StringComparison.Ordinal), 30_000));
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

    private void AssertWhole(long received, long written, long filtered, long dropped, int count)
    {
        Assert.Equal(((long)count, (long)count, 0L, 0L), (received, written, filtered, dropped));
        Assert.Equal(Enumerable.Range(0, count), CaptureTool.Fields(_directory.At("a.pcapng"), "udp.payload").Select(d => BitConverter.ToInt32(Convert.FromHexString(d))));
        var values = CaptureTool.StatisticsBlock(_directory.At("a.pcapng"));
        Assert.Equal(((long)count, 0L, (long)count), (values[4], values[5], values[8])); // isb_ifrecv, isb_ifdrop, isb_usrdeliv
    }
}
