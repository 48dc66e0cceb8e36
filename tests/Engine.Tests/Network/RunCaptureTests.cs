using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Runtime;
using Sandbox.Tests.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>The packets of a run, from its first to its last, as its own file has them and as tcpdump on the server's side sees them arrive.</summary>
public sealed class RunCaptureTests : IDisposable
{
    private const string Curl = "curl -sS -m 5 http://" + NetworkWorld.Server + "/ 'http://[" + NetworkWorld.Server6 + "]/'";
    private readonly NetworkWorld _world = new();
    private readonly ScratchDirectory _directory = new();

    public void Dispose()
    {
        _world.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Both_views_have_all_from_the_first_packet_to_the_last()
    {
        var observer = _world.Observe(_directory.At("wire.pcap"));
        // A datagram that nobody takes comes back in an ICMP error, which quotes it.
        var said = _world.Captured(Profile(""), $"{Curl}; bash -c 'echo nobody > /dev/udp/{NetworkWorld.Server}/9'; sleep 0.2", _directory.At("run.pcapng"), "Both");
        Assert.Contains($"you are {NetworkWorld.Host6}", said, StringComparison.Ordinal);
        Assert.Contains("capture Stopped", said, StringComparison.Ordinal);
        var wire = Observed(observer);
        var (child, egress) = (_directory.At("run.child.pcapng"), _directory.At("run.egress.pcapng"));
        foreach (var (view, file) in new[] { ("Child", child), ("Egress", egress) })
        {
            // As its outcome, its statistics and an independent reader count them.
            var counts = Counts(said, view);
            Assert.Equal(counts[0], counts[1] + counts[2] + counts[3]);
            Assert.Equal(0, counts[3]);
            Assert.Equal(counts[1], CaptureTool.Fields(file, "frame.number").Length);
            foreach (var (program, arguments) in new[] { ("capinfos", new[] { file }), ("tshark", ["-r", file]), ("tcpdump", ["-n", "-r", file]) })
            {
                var (code, _, error) = CaptureTool.Try(program, arguments);
                Assert.Equal(0, code);
                Assert.DoesNotContain("warn", error, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("cut short", error, StringComparison.Ordinal);
            }

            // Three handshakes' ends: SYN first, a FIN of each side, and its acknowledgement last.
            foreach (var stream in new[] { "0", "1" })
            {
                var flags = CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", file, "-Y", $"tcp.stream == {stream}", "-T", "fields", "-e", "tcp.flags"));
                Assert.Equal("0x0002", flags[0]);
                Assert.Equal("0x0010", flags[^1]);
                Assert.Equal(2, flags.Count(f => (Convert.ToInt32(f, 16) & 1) != 0));
            }
        }

        var description = CaptureTool.Run("capinfos", egress) + CaptureTool.Run("capinfos", child);
        Assert.Contains("sandbox view=egress backend=nat kind=synthetic interface=up0", description, StringComparison.Ordinal);
        Assert.Contains("sandbox view=child backend=nat kind=isolated interface=eth0", description, StringComparison.Ordinal);
        Assert.Equal(wire, Shown(egress));
        Assert.Contains(wire, l => l.Contains("|3|3|", StringComparison.Ordinal)); // the error has come
        Assert.Equal(["1"], Checksums(egress));
        // As another reader understands the direction: out is what is neither the server's nor the host's.
        var directions = CaptureTool.Fields(child, "frame.packet_flags_direction", "ip.src", "ipv6.src").Select(l => l.Split('|')).Where(f => f[1].Length > 0 || f[2].StartsWith("2001", StringComparison.Ordinal) || f[2].StartsWith("fd42", StringComparison.Ordinal)).ToArray();
        Assert.True(directions.Length > 20);
        Assert.All(directions, f => Assert.Equal(f[1] == NetworkWorld.Server || f[2] == NetworkWorld.Server6 || f[2].EndsWith("::1", StringComparison.Ordinal) ? "0x00000001" : "0x00000002", f[0]));
        Assert.DoesNotContain(NetworkWorld.Host + "|", string.Join('\n', Shown(child)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_nat_changed_is_the_hosts_in_the_egress_view()
    {
        // The host has a connection from the same port, which its table remembers.
        _world.OnHost("nft", "add table ip keep; add chain ip keep c { type filter hook output priority 0; }; add rule ip keep c ct state new counter");
        _world.OnHost("curl", "-s", "-m", "5", "--local-port", "40000", $"http://{NetworkWorld.Server}/");
        var observer = _world.Observe(_directory.At("wire.pcap"));
        var said = _world.Captured(Profile(""), $"curl -sS -m 5 --local-port 40000 http://{NetworkWorld.Server}/", _directory.At("run.pcapng"), "Egress");
        Assert.Contains("you are", said, StringComparison.Ordinal);
        var wire = Observed(observer);
        Assert.DoesNotContain(wire, l => l.Contains("|40000|", StringComparison.Ordinal));
        Assert.Equal(wire, Shown(_directory.At("run.pcapng")));
    }

    // What the host itself drops, and says of it, isn't seen outside: a datagram that may pass no router, and one from a port that NAT gave
    // another flow meanwhile.
    [Fact]
    public void What_the_host_drops_does_not_leave_and_its_errors_have_not_come()
    {
        var observer = _world.Observe(_directory.At("wire.pcap"));
        var said = _world.Captured(Profile(""), $"python3 -c \"import socket; s = socket.socket(type=socket.SOCK_DGRAM); to = ('{NetworkWorld.Server}', 9); s.sendto(b'first', to); s.setsockopt(0, 2, 1); [s.sendto(b'no further', to) for i in range(3) if not s.getsockopt(1, 4)]; s.setsockopt(0, 2, 9); s.sendto(b'last', to)\"; {Curl}", _directory.At("run.pcapng"), "Both");
        Assert.Contains($"you are {NetworkWorld.Host6}", said, StringComparison.Ordinal);
        Assert.NotEmpty(CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", _directory.At("run.child.pcapng"), "-Y", "icmp.type == 11")));
        Assert.Equal(Observed(observer), Shown(_directory.At("run.egress.pcapng")));
    }

    [Fact]
    public void A_flow_whose_port_changes_is_shown_with_each()
    {
        _world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout");
        _world.OnHost("nft", "add table ip keep; add chain ip keep c { type filter hook output priority 0; }; add rule ip keep c ct state new counter");
        var send = $"import socket, sys, time; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('0.0.0.0', 41000)); [(s.sendto(b'x', ('{NetworkWorld.Server}', 7000)), time.sleep(float(sys.argv[1]))) for i in range(2)]";
        var host = _world.StartOnHost("python3", "-c", send.Replace("range(2)", "range(30)", StringComparison.Ordinal), "0.2");
        var observer = _world.Observe(_directory.At("wire.pcap"));
        _world.Captured(Profile(""), $"python3 -c \"{send}\" 12", _directory.At("run.pcapng"), "Egress");
        host.Kill();
        host.WaitForExit();
        var wire = Observed(observer).Where(l => l.Contains($"{NetworkWorld.Host}|{NetworkWorld.Server}", StringComparison.Ordinal) && l.EndsWith("|78|43", StringComparison.Ordinal)).ToArray();
        var shown = Shown(_directory.At("run.pcapng")).Where(l => l.EndsWith("|78|43", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, shown.Length);
        Assert.All(shown, l => Assert.Contains(l, wire));
        Assert.Equal(2, shown.Select(l => l.Split('|')[4]).Distinct().Count());
    }

    [Fact]
    public void Where_the_kernel_tells_nothing_of_connections_it_does_not_run()
    {
        _world.OnHost("sh", "-c", "echo 0 > /proc/sys/net/netfilter/nf_conntrack_events");
        var said = _world.Captured(Profile(""), "echo it ran", _directory.At("run.pcapng"), "Egress");
        Assert.Contains("PacketCapture,CONNTRACK", said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void What_a_rule_refuses_does_not_leave()
    {
        var observer = _world.Observe(_directory.At("wire.pcap"));
        _world.Captured(Profile("\"denyCidrs\": [\"10.0.0.0/8\"]"), $"curl -s -m 2 http://{NetworkWorld.Private}/; {Curl}", _directory.At("run.pcapng"), "Both");
        Assert.Contains(Shown(_directory.At("run.child.pcapng")), l => l.Contains(NetworkWorld.Private, StringComparison.Ordinal));
        Assert.Equal(Observed(observer), Shown(_directory.At("run.egress.pcapng")));
    }

    [Fact]
    public void On_the_wire_only_the_sandboxs_packets_are_taken()
    {
        var observer = _world.Observe(_directory.At("wire.pcap"));
        // Others' packets, datagrams in fragments among them, as long as the run lasts.
        var noise = _world.StartOnHost("sh", "-c", $"while :; do curl -s -m 2 http://{NetworkWorld.Server}/ -A noise; head -c 3600 /dev/zero | bash -c 'cat > /dev/udp/{NetworkWorld.Server}/9'; sleep 0.02; done");
        var said = _world.Captured(Profile(""), $"{Curl} -A mine; head -c 3600 /dev/zero | tr '\\0' m | bash -c 'cat > /dev/udp/{NetworkWorld.Server}/9'; sleep 0.5; {Curl} -A mine", _directory.At("run.pcapng"), "WireEgress");
        noise.Kill();
        noise.WaitForExit();
        Assert.Contains("capture Stopped", said, StringComparison.Ordinal);
        Assert.Contains("sandbox view=wire-egress backend=nat kind=wire interface=up0", CaptureTool.Run("capinfos", _directory.At("run.pcapng")), StringComparison.Ordinal);
        var wire = Observed(observer);
        string[] Streams(string file) => [.. CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", file, "-Y", "http.user_agent", "-T", "fields", "-E", "separator=|", "-e", "http.user_agent", "-e", "tcp.srcport")).Distinct()];
        Assert.Equal(4, Streams(_directory.At("run.pcapng")).Length);
        Assert.All(Streams(_directory.At("run.pcapng")), s => Assert.StartsWith("mine|", s, StringComparison.Ordinal));
        var ports = Streams(_directory.At("run.pcapng")).Select(s => s.Split('|')[1]).ToHashSet();
        Assert.Contains(Streams(_directory.At("wire.pcap")), s => s.StartsWith("noise|", StringComparison.Ordinal));
        Assert.True(Counts(said, "WireEgress")[2] > 20, said);
        // Of the datagrams in three pieces its own.
        string[] Pieces(string file) => CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", file, "-o", "ip.defragment:FALSE", "-Y", "ip.flags.mf == 1 || ip.frag_offset > 0", "-T", "fields", "-e", "ip.id"));
        Assert.True(Pieces(_directory.At("wire.pcap")).Distinct().Count() > 1);
        Assert.Equal(3, Pieces(_directory.At("run.pcapng")).Length);
        Assert.Single(Pieces(_directory.At("run.pcapng")).Distinct());
        Assert.Equal(wire.Where(l => l.Split('|')[5].Split(',').Any(ports.Contains)), Shown(_directory.At("run.pcapng")).Where(l => l.Split('|')[5].Length > 0));
    }

    [Fact]
    public void Behind_pasta_the_child_view_has_all()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pasta") && File.Exists("/dev/net/tun"), "needs pasta and /dev/net/tun");
        var said = _world.Captured(Profile("").Replace("\"Nat\"", "\"User\"", StringComparison.Ordinal), Curl, _directory.At("run.pcapng"), "Child");
        Assert.Contains($"you are {NetworkWorld.Host6}", said, StringComparison.Ordinal);
        Assert.Contains("sandbox view=child backend=user kind=isolated interface=eth0", CaptureTool.Run("capinfos", _directory.At("run.pcapng")), StringComparison.Ordinal);
        foreach (var stream in new[] { "0", "1" })
        {
            var flags = CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", _directory.At("run.pcapng"), "-Y", $"tcp.stream == {stream}", "-T", "fields", "-e", "tcp.flags"));
            Assert.Equal("0x0002", flags[0]);
            Assert.Equal(2, flags.Count(f => (Convert.ToInt32(f, 16) & 1) != 0));
        }
    }

    [Theory]
    [InlineData("\"Nat\"", "Both", "run.child.pcapng", "PacketCapture,FILE_EXISTS")]
    [InlineData("\"Nat\"", "Both", "run.egress.pcapng", "PacketCapture,FILE_EXISTS")]
    [InlineData("\"Nat\"", "Child", "run.pcapng", "PacketCapture,FILE_EXISTS")]
    [InlineData("\"User\"", "WireEgress", "none", "PacketCapture,VIEW")]
    [InlineData("\"None\"", "Egress", "none", "PacketCapture,VIEW")]
    [InlineData("\"Host\", \"namespaces\": [\"User\", \"Mount\", \"Pid\", \"Ipc\", \"Uts\", \"Cgroup\"]", "Child", "none", "PacketCapture,HOST_NETWORK")]
    public void What_cannot_be_captured_does_not_run(string network, string view, string existing, string error)
    {
        File.WriteAllText(_directory.At(existing), "theirs");
        var before = _world.State();
        var said = _world.Captured(Profile("").Replace("\"Nat\"", network, StringComparison.Ordinal), "echo it ran", _directory.At("run.pcapng"), view);
        Assert.Contains(error, said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.Equal([_directory.At(existing)], Directory.GetFiles(_directory.Path));
        Assert.Equal("theirs", File.ReadAllText(_directory.At(existing)));
        Assert.Equal(before, _world.State());
    }

    // The network comes first: where it can't be made there is no capture, and no file of it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_network_that_cannot_be_made_leaves_the_files_as_they_were(bool existing)
    {
        if (existing) File.WriteAllText(_directory.At("run.pcapng"), "theirs");
        _world.OnHost("ip", "route", "add", "10.240.0.0/16", "via", NetworkWorld.Server);
        var before = _world.State();
        var said = _world.Captured(Profile(""), "echo it ran", _directory.At("run.pcapng"), "Child");
        Assert.Contains("error network_link,NOT_IN_FORCE: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.Equal(existing ? ["theirs"] : [], Directory.GetFiles(_directory.Path).Select(File.ReadAllText));
        Assert.Equal(before, _world.State());
    }

    // What the caller could do when the run began, and can't when it ends.
    [Fact]
    public void It_ends_with_its_run_also_where_the_namespace_cannot_be_asked()
    {
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_111_111);
        const string Send = "bash -c 'echo it > /dev/udp/127.0.0.1/9'";
        var said = _world.OnHost(UserNetworkWorld.Build.Value, "host", "network", "unprivileged", """{ "extends": "Standard", "name": "captured", "network": "None", "namespaces": ["Network"] }""",
            $"{Send}; until [ -e {_directory.At("sign")} ]; do sleep 0.02; done; {Send}; {Send}", _directory.At("run.pcapng"), _directory.At("sign"));
        Assert.Contains("setresuid 0 setns,EPERM\n", said, StringComparison.Ordinal);
        Assert.Contains("ended True capture Stopped  ", said, StringComparison.Ordinal);
        Assert.Equal(3, CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", _directory.At("run.pcapng"), "-Y", "udp && !icmp")).Length);
        Assert.NotEmpty(CaptureTool.StatisticsBlock(_directory.At("run.pcapng"))); // its end
    }

    // The ring is open by then: the program is the last that can fail.
    [Fact]
    public void A_program_that_cannot_be_executed_leaves_no_file()
    {
        var program = _directory.At("program");
        File.WriteAllText(program, "#!/no/such/interpreter\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var profile = ProfileReader.FromJson("""{ "extends": "Strict", "name": "captured" }""", "test");
        var failure = Assert.Throws<HardeningException>(() => HardenedLauncher.Start(new LaunchRequest { FilePath = program, CurrentDirectory = "/", Profile = profile, CapturePath = _directory.At("run.pcapng") }));
        Assert.Contains("ENOENT", failure.ErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(_directory.At("run.pcapng")));
        Assert.Contains(Sandbox.Capture.PacketCaptures.All, c => c.Path == _directory.At("run.pcapng"));
    }

    // Whether the disk is full while packets still come, or only when the last ones are written.
    [Theory]
    [InlineData("sleep 0.5; ", "Child")]
    [InlineData("", "Child")]
    [InlineData("", "Both")]
    public void A_full_disk_ends_the_capture_and_not_the_program(string pause, string view)
    {
        var small = _directory.At("small");
        Directory.CreateDirectory(small);
        CaptureTool.Run("mount", "-t", "tmpfs", "-o", "size=64k", "none", small);
        try
        {
            var said = _world.Captured(Profile(""), $"bash -c 'for i in {{1..200}}; do printf %01000d $i > /dev/udp/{NetworkWorld.Server}/9; done' 2>/dev/null; {pause}{Curl}; echo went on", small + "/run.pcapng", view);
            Assert.Contains("went on", said, StringComparison.Ordinal);
            Assert.Contains("capture Failed", said, StringComparison.Ordinal);
            foreach (var (name, file) in view == "Both" ? [("Child", "run.child.pcapng"), ("Egress", "run.egress.pcapng")] : new[] { ("Child", "run.pcapng") })
            {
                var counts = Counts(said, name);
                Assert.True(counts[0] == counts[1] + counts[2] + counts[3], said);
                Assert.Equal(counts[1], CaptureTool.Fields(Path.Join(small, file), "frame.number").Length);
                if (name == "Child") Assert.True(counts[3] > 0);
            }
        }
        finally
        {
            CaptureTool.Run("umount", small);
        }
    }

    // What the server's side has received and sent, once it has all of it.
    private static string[] Observed(System.Diagnostics.Process observer)
    {
        var file = new FileInfo(observer.StartInfo.ArgumentList[^1]);
        for (var length = -1L; length != file.Length; file.Refresh())
        {
            length = file.Length;
            Thread.Sleep(200);
        }

        CaptureTool.Run("kill", "-INT", observer.Id.ToString(CultureInfo.InvariantCulture));
        Assert.True(observer.WaitForExit(10_000));
        return Shown(Path.Join(Path.GetDirectoryName(observer.StartInfo.ArgumentList[^1])!, "wire.pcap"));
    }

    // Everything of a packet that isn't the link's, its TTL, or a checksum, which a veth leaves unfinished. What belongs to the link alone, such as ARP, isn't asked for.
    private static string[] Shown(string file) => CaptureTool.Lines(CaptureTool.Run(
        "tshark", ["-n", "-r", file, "-Y", "tcp || udp || icmp", "-o", "tcp.relative_sequence_numbers:FALSE", "-T", "fields", "-E", "separator=|", "-E", "occurrence=a",
        .. new[] { "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.port", "tcp.port", "ip.id", "ip.len", "ipv6.plen", "icmp.type", "icmp.code", "tcp.seq", "tcp.ack", "tcp.flags", "tcp.window_size_value", "data.data", "frame.len" }.SelectMany(f => new[] { "-e", f })]));

    // An error quotes what arrived, which is what a veth left unfinished: its own checksum counts.
    private static string[] Checksums(string file) => [.. CaptureTool.Lines(CaptureTool.Run(
        "tshark", "-n", "-r", file, "-E", "occurrence=f", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=,",
        "-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status", "-e", "icmp.checksum.status")).Select(l => l.Split(',')).SelectMany(c => c[3].Length > 0 ? [c[0], c[3]] : c).Where(s => s.Length > 0).Distinct()];

    // Received, written, filtered, dropped.
    private static long[] Counts(string said, string view) => [.. said.Split('\n').Single(l => l.StartsWith($"view {view} ", StringComparison.Ordinal)).Split(' ')[2..6].Select(long.Parse)];

    private static string Profile(string rules) => $$"""{ "extends": "Strict", "name": "captured", "network": "Nat", "allowLoosening": true {{(rules.Length > 0 ? ", " : "")}}{{rules}} }""";
}
