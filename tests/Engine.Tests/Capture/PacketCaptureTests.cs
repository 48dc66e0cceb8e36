using System.Globalization;
using Sandbox.Capture;
using Sandbox.Native;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Live captures in a network namespace of the test, read back by Wireshark's programs.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class PacketCaptureTests : IDisposable
{
    private readonly ScratchDirectory _directory = new();
    private readonly TestNetwork _network = new();

    private string File => _directory.At("live.pcapng");

    private PacketCaptureOptions Options => new() { Interface = "va", NetworkNamespace = _network.Name };

    public void Dispose()
    {
        _network.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_packet_between_start_and_stop_is_in_the_file(bool immediate)
    {
        var before = DateTimeOffset.UtcNow;
        using var capture = Start(Options with { Immediate = immediate });
        _network.Send(5000);
        capture.Stop();
        var after = DateTimeOffset.UtcNow;
        Assert.Equal((PacketCaptureState.Stopped, 5000L, 5000L, 0L, 0L), (capture.State, capture.Received, capture.Written, capture.Filtered, capture.Dropped));
        var lines = CaptureTool.Fields(File, "frame.time_epoch", "frame.interface_name", "udp.dstport", "udp.payload");
        Assert.Equal(Enumerable.Range(0, 5000).Select(Payload), lines.Select(l => l.Split('|')[3]));
        Assert.All(lines, l => Assert.Equal("va|9", string.Join('|', l.Split('|')[1..3])));
        var times = lines.Select(l => decimal.Parse(l.Split('|')[0], CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(times[0], before.ToUnixTimeMilliseconds() / 1000m, after.ToUnixTimeMilliseconds() / 1000m + 0.001m);
        Assert.Equal(times.Order(), times);
        Assert.True(times.Count(t => t * 1_000_000 % 1 != 0) > 4000, "the time stamps are no nanoseconds");
        Assert.Equal((5000L, 0L, 5000L, 5000L), Totals(File));
    }

    [Fact]
    public void Its_thread_goes_before_others_and_these_stay_as_they_are()
    {
        using var capture = Start(Options);
        var threads = Niceness().ToArray();
        Assert.Contains(("Sandbox.Capture", -10), threads);
        Assert.DoesNotContain(threads, t => t.Nice < 0 && t.Name != "Sandbox.Capture"); // one that begins meanwhile has its name first
    }

    [Fact]
    public void The_header_says_what_captured_what()
    {
        using (var capture = PacketCapture.Start(Options with { Filter = "udp port 9", SnapLength = 60 }, File, new(), "a remark")) capture.Stop();
        var text = CaptureTool.Run("capinfos", File);
        foreach (var line in (string[])["Name = va", "Filter string = udp port 9", "Capture length = 60", "Time precision = nanoseconds (9)", "Capture comment:     a remark", "Capture application: Sandbox "])
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_filter_and_a_snap_length_hold()
    {
        using var capture = Start(Options with { Filter = "udp dst port 53", SnapLength = 60 });
        _network.Send(20, size: 200, port: 53);
        _network.Send(30, size: 200, port: 54);
        capture.Stop();
        Assert.Equal(capture.Received, capture.Written + capture.Filtered + capture.Dropped);
        Assert.Equal(Enumerable.Repeat("242|60|53", 20), CaptureTool.Fields(File, "frame.len", "frame.cap_len", "udp.dstport"));
    }

    [Fact]
    public void A_bad_filter_is_refused_with_the_reason_of_libpcap_and_leaves_no_file()
    {
        var error = Assert.Throws<SandboxException>(() => Start(Options with { Filter = "udp prot 53" }));
        Assert.Equal("PacketCapture,FILTER", error.ErrorId);
        Assert.Contains("syntax error", error.Message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
        Assert.True(ProcessState.Eventually(() => Threads().All(n => n != "Sandbox.Capture"))); // an ended thread is listed for a moment
    }

    [Fact]
    public void It_ends_by_itself_after_the_most_packets()
    {
        using var capture = Start(Options with { MaxPackets = 7 });
        _network.Send(50);
        Assert.True(capture.Wait(TimeSpan.FromSeconds(5)));
        Assert.Equal((PacketCaptureState.Stopped, 7L, 0L), (capture.State, capture.Written, capture.Dropped));
        Assert.Equal(capture.Received, capture.Written + capture.Filtered);
        Assert.Equal(Enumerable.Range(0, 7).Select(Payload), CaptureTool.Fields(File, "udp.payload"));
        capture.Stop();
    }

    [Fact]
    public void It_ends_by_itself_after_the_longest_time()
    {
        using var capture = Start(Options with { Duration = TimeSpan.FromMilliseconds(300) });
        Assert.False(capture.Wait(TimeSpan.FromMilliseconds(150)));
        Assert.True(capture.Wait(TimeSpan.FromSeconds(3)));
        Assert.InRange((capture.EndTime!.Value - capture.StartTime).TotalMilliseconds, 250, 700);
    }

    [Fact]
    public void Losses_of_a_small_ring_are_counted_and_marked()
    {
        using var capture = Start(Options with { BufferSize = 1 << 18 });
        _network.Send(150_000, size: 1000);
        capture.Stop();
        Assert.Equal(150_000, capture.Received);
        Assert.Equal(capture.Received, capture.Written + capture.Filtered + capture.Dropped);
        Assert.Equal((capture.Received, capture.Dropped, capture.Received, capture.Written), Totals(File));
        Assert.Equal(capture.Written, CaptureTool.Fields(File, "frame.number").LongLength);
        Assert.SkipWhen(capture.Dropped == 0, "the machine lost nothing");
        var told = CaptureTool.Lines(CaptureTool.Run("tshark", "-r", File, "-Y", "frame.drop_count", "-T", "fields", "-e", "frame.drop_count")).Sum(l => long.Parse(l, CultureInfo.InvariantCulture));
        Assert.InRange(told, 1, capture.Dropped);
    }

    [Fact]
    public void Files_rotate_by_size_and_add_up()
    {
        using var capture = PacketCapture.Start(Options, File, new() { Size = 100_000 }, null);
        _network.Send(3000, size: 200);
        capture.Stop();
        Assert.InRange(capture.Files.Count, 5, 12);
        Assert.Equal(_directory.At("live_00001.pcapng"), capture.Files[0]);
        Assert.False(System.IO.File.Exists(File));
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => Payload(i)), capture.Files.SelectMany(f => CaptureTool.Fields(f, "udp.payload")).Select(d => d[..36]));
        Assert.All(capture.Files.SkipLast(1), f => Assert.InRange(new FileInfo(f).Length, 100_000, 100_600));
        Assert.Equal((3000L, 3000L), (capture.Files.Sum(f => Totals(f).Received), capture.Files.Sum(f => Totals(f).Delivered)));
        Assert.Equal("PacketCapture,FILE_EXISTS", Assert.Throws<SandboxException>(() => PacketCapture.Start(Options, File, new() { Size = 100_000 }, null)).ErrorId);
    }

    [Fact]
    public void A_ring_keeps_the_newest_files()
    {
        using var capture = PacketCapture.Start(Options, File, new() { Size = 100_000, Files = 2 }, null);
        _network.Send(3000, size: 200);
        capture.Stop();
        Assert.Equal(capture.Files, Directory.GetFiles(_directory.Path).Order());
        Assert.Equal(2, capture.Files.Count);
        Assert.Equal((3000L, Payload(2999)), (capture.Written, CaptureTool.Fields(capture.Files[1], "udp.payload")[^1][..36]));
    }

    [Fact]
    public void Files_rotate_by_time()
    {
        using var capture = PacketCapture.Start(Options, File, new() { Time = TimeSpan.FromSeconds(1) }, null);
        Assert.True(SpinWait.SpinUntil(() => capture.Files.Count == 3, 20_000));
        capture.Stop();
        Assert.True(DateTimeOffset.Now - capture.StartTime >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void An_existing_file_is_refused()
    {
        _directory.Write("live.pcapng", "mine");
        Assert.Equal("PacketCapture,FILE_EXISTS", Assert.Throws<SandboxException>(() => Start(Options)).ErrorId);
        Assert.Equal("mine", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_full_disk_fails_it_and_stop_says_so()
    {
        var mount = Directory.CreateDirectory(_directory.At("small")).FullName;
        CaptureTool.Run("mount", "-t", "tmpfs", "-o", "size=256k", "none", mount);
        try
        {
            using var capture = PacketCapture.Start(Options, mount + "/live.pcapng", new(), null);
            _network.Send(2000, size: 1000);
            Assert.True(capture.Wait(TimeSpan.FromSeconds(5)));
            Assert.Equal(PacketCaptureState.Failed, capture.State);
            var error = Assert.Throws<ErrnoException>(capture.Stop);
            Assert.Equal(Errno.ENOSPC, error.Errno);
            Assert.Equal(capture.Received, capture.Written + capture.Filtered + capture.Dropped);
            Assert.Equal(capture.Written, CaptureTool.Fields(mount + "/live.pcapng", "frame.number").LongLength);
            Assert.True(capture.Dropped > 0, capture.ToString()); // at least the one that had no room; how many came until it ended depends on the machine
        }
        finally
        {
            CaptureTool.Run("umount", mount);
        }
    }

    [Fact]
    public void A_vanished_interface_fails_it_and_keeps_what_came()
    {
        using var capture = Start(Options);
        _network.Send(10);
        Thread.Sleep(300);
        _network.Ip("link", "del", "va");
        Assert.True(capture.Wait(TimeSpan.FromSeconds(5)));
        Assert.Equal("PacketCapture,INTERFACE_GONE", Assert.Throws<SandboxException>(capture.Stop).ErrorId);
        Assert.Equal(10, CaptureTool.Fields(File, "frame.number").Length);
        Assert.Equal(capture.Received, capture.Written + capture.Filtered + capture.Dropped);
    }

    [Fact]
    public void Missing_and_ambiguous_interfaces_and_namespaces_are_errors_that_help()
    {
        var missing = Assert.Throws<SandboxException>(() => Start(Options with { Interface = "eth77" }));
        Assert.Equal("PacketCapture,NO_INTERFACE", missing.ErrorId);
        Assert.Matches(@"\bva\b.*\bvb\b|\bvb\b.*\bva\b", missing.Remedy!);
        Assert.Equal("PacketCapture,WHICH_INTERFACE", Assert.Throws<SandboxException>(() => Start(Options with { Interface = null })).ErrorId);
        Assert.Equal("PacketCapture,NAMESPACE", Assert.Throws<SandboxException>(() => Start(Options with { NetworkNamespace = "none" })).ErrorId);
        Assert.Equal("PacketCapture,NAMESPACE", Assert.Throws<SandboxException>(() => Start(Options with { NetworkNamespace = "/etc/passwd" })).ErrorId);
        _network.Ip("link", "set", "va", "down");
        Assert.Equal("PacketCapture,INTERFACE_DOWN", Assert.Throws<SandboxException>(() => Start(Options)).ErrorId);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void Without_the_privilege_it_is_refused()
    {
        Host.HostOracle.Require("capsh");
        var text = _network.Inside("capsh", "--drop=cap_net_raw", "--", "-c", $"exec {Environment.ProcessPath} host start-capture va {File}");
        Assert.StartsWith("PacketCapture,PRIVILEGE PermissionDenied ", text, StringComparison.Ordinal);
        Assert.Contains("CAP_NET_RAW", text, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
        Assert.StartsWith("capturing", _network.Inside(Environment.ProcessPath!, "host", "start-capture", "va", File), StringComparison.Ordinal);
    }

    [Fact]
    public void The_namespace_of_a_process_and_its_only_interface()
    {
        using var process = System.Diagnostics.Process.Start("unshare", ["--net", "sh", "-c", "ip link set lo up; sleep 60"])!;
        try
        {
            Assert.True(SpinWait.SpinUntil(() => CaptureTool.Try("nsenter", "-t", $"{process.Id}", "-n", "ip", "link", "show", "lo", "up").Output.Contains("lo", StringComparison.Ordinal), 30_000));
            using var capture = Start(new() { ProcessId = process.Id });
            CaptureTool.Run("nsenter", "-t", $"{process.Id}", "-n", "python3", "-c", "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 7)); s.sendto(b'x', ('127.0.0.1', 7))");
            capture.Stop();
            Assert.Equal(("lo", 2L, 1L, 1L, 0L), (capture.Interface, capture.Received, capture.Written, capture.Filtered, capture.Dropped));
            Assert.Equal(["127.0.0.1|7"], CaptureTool.Fields(File, "ip.dst", "udp.dstport"));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    [Fact]
    public void The_calling_thread_stays_in_its_namespace_and_nothing_is_left()
    {
        var here = new FileInfo("/proc/thread-self/ns/net").LinkTarget;
        var descriptors = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 5; i++)
        {
            using var capture = Start(Options, _directory.At($"{i}.pcapng"));
            capture.Stop();
        }

        Assert.Equal(here, new FileInfo("/proc/thread-self/ns/net").LinkTarget);
        Assert.True(ProcessState.Eventually(() => Threads().All(n => n != "Sandbox.Capture")));
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 4);
    }

    private PacketCapture Start(PacketCaptureOptions options, string? file = null) => PacketCapture.Start(options, file ?? File, new(), null);

    private static string Payload(int number) => Convert.ToHexStringLower(BitConverter.GetBytes(number)) + new string('0', 2 * 14);

    // The nineteenth field; the third is the first after the name.
    private static IEnumerable<(string Name, int Nice)> Niceness() => Directory.GetDirectories("/proc/self/task").Select(d => ProcessState.TryRead(d + "/stat")).Where(t => t.Length > 0)
        .Select(t => (t[(t.IndexOf('(', StringComparison.Ordinal) + 1)..t.LastIndexOf(')')], int.Parse(t[(t.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture)));

    private static IEnumerable<string> Threads() => Directory.GetDirectories("/proc/self/task").Select(t => ProcessState.TryRead(t + "/comm").TrimEnd());

    private static (long Received, long Dropped, long Accepted, long Delivered) Totals(string file)
    {
        var values = CaptureTool.StatisticsBlock(file);
        return (values[4], values[5], values[6], values[8]);
    }
}
