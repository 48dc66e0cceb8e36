namespace Sandbox.Tests.Network;

/// <summary>One way out that a program tries.</summary>
/// <param name="Name">What it is called in the tests.</param>
/// <param name="Filter">In the language of pcap-filter(7): the packets that it, and nothing else, sends.</param>
/// <param name="Code">The attempt, in Perl, after <see cref="Prelude"/>; what fails in it ends it.</param>
internal sealed record LeakAttempt(string Name, string Filter, string Code)
{
    /// <summary>Whether a sandbox with -Network Nat, or User if it takes no CAP_NET_RAW, may do it where its rules allow.</summary>
    public bool Ordinary { get; init; }

    /// <summary>Whether it takes CAP_NET_RAW.</summary>
    public bool Raw { get; init; }

    /// <summary>Whether it is seen on the host's loopback instead of the wire.</summary>
    public bool OnLoopback { get; init; }

    /// <summary>An address that nobody in the world of the test has.</summary>
    public const string Foreign = "203.0.113.77", Foreign6 = "2001:db8:77::7";

    /// <summary>The name server of the host.</summary>
    public const string Resolver = "203.0.113.53";

    public const string SystemdSocket = "/run/systemd/resolve/io.systemd.Resolve", CacheSocket = "/run/nscd/socket", AbstractSocket = "@leak-resolver";

    /// <summary>Perl without any single quote, which the shell takes. $t4, $t6: whom to reach.</summary>
    public const string Prelude = """
        use strict; use warnings; use Socket qw(:all); use IO::Socket::IP; use IO::Socket::UNIX;
        my ($t4, $t6, $dns) = splice @ARGV, 0, 3;
        sub tcp { IO::Socket::IP->new(PeerHost => $_[0], PeerPort => $_[1], Timeout => 0.5) or die $@ }
        sub udp { my $s = IO::Socket::IP->new(PeerHost => $_[0], PeerPort => $_[1], Proto => "udp") or die $@; $s->send($_[2] // "leak") or die $! }
        sub query { pack("nnnnnn", 7, 256, 1, 0, 0, 0) . join("", map { chr(length) . $_ } split /\./, $_[0]) . pack("Cnn", 0, 1, 1) }
        sub sum { my $s = 0; $s += $_ for unpack "n*", $_[0] . (length($_[0]) % 2 ? "\0" : ""); $s = ($s >> 16) + ($s & 65535) while $s >> 16; ~$s & 65535 }
        sub ip { my ($from, $to, $kind, $data) = @_; my $h = pack "CCnnnCCna4a4", 0x45, 0, 20 + length $data, 7, 0, 64, $kind, 0, inet_aton($from), inet_aton($to); substr($h, 10, 2) = pack "n", sum($h); $h . $data }
        sub datagram { pack("nnnn", 4000, $_[0], 12, 0) . "leak" }
        sub ip6 { my ($from, $to, $kind, $data) = @_; my $check = sum(inet_pton(AF_INET6, $from) . inet_pton(AF_INET6, $to) . pack("NN", length $data, $kind) . $data); substr($data, 2, 2) = pack "n", $check; pack("NnCC", 0x60000000, length $data, $kind, 255) . inet_pton(AF_INET6, $from) . inet_pton(AF_INET6, $to) . $data }
        sub file { open my $f, "<", $_[0] or return ""; local $/; <$f> }
        my ($link) = file("/proc/net/route") =~ /^(\S+)\s+00000000\s/m; $link //= "lo";
        my ($gateway) = file("/proc/net/route") =~ /^\S+\s+00000000\s+(\S+)/m; $gateway = $gateway ? join ".", reverse map hex, $gateway =~ /../g : "127.0.0.1";
        sub probe { IO::Socket::IP->new(PeerHost => $gateway, PeerPort => 9, Proto => "udp")->send("arp"); select undef, undef, undef, 0.1 }
        sub hop { probe(); my ($mac) = file("/proc/net/arp") =~ /^\Q$gateway\E\s.*?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/m; pack "H12", ($mac // "0" x 12) =~ tr/://dr }
        sub mine { my $s = IO::Socket::IP->new(PeerHost => $_[0], PeerPort => 9, Proto => "udp") or return $_[0] =~ /:/ ? "::1" : "127.0.0.1"; $s->sockhost }
        sub device { socket(my $s, 17, SOCK_RAW, 0) or die "packet $!"; my $r = pack "a16x24", $link; ioctl($s, 0x8933, $r) or die $!; my $n = unpack "x16i", $r; ioctl($s, 0x8927, $r) or die $!; ($s, $n, substr $r, 18, 6) }
        sub frame { my ($to, $kind, $data, $from) = @_; my ($s, $n, $mac) = device(); send($s, $to . ($from // $mac) . pack("n", $kind) . $data, 0, pack("SnlSCCa8", 17, $kind, $n, 0, 0, 6, $to)) or die $! }
        sub raw { socket(my $s, AF_INET, SOCK_RAW, 255) or die "raw $!"; send($s, $_[0], 0, pack_sockaddr_in(0, inet_aton($_[1]))) or die $! }
        sub echo { my ($family, $kind, $type, $id, $to) = @_; socket(my $s, $family, SOCK_RAW, $kind) or die "raw $!"; my $m = pack "CCnnn", $type, 0, 0, $id, 1; substr($m, 2, 2) = pack "n", sum($m) if $kind == 1; send($s, $m, 0, $to) or die $! }
        sub speak { my ($s, $text) = @_; $s or die $!; print $s $text; $s->flush; my $r = <$s> }
        """;

    public static IReadOnlyList<LeakAttempt> All { get; } =
    [
        new("tcp", "tcp dst port 4001", "tcp($t4, 4001)") { Ordinary = true },
        new("udp", "udp dst port 4002", "udp($t4, 4002)") { Ordinary = true },
        new("icmp echo", "icmp[icmptype] = icmp-echo and icmp[4:2] = 4003", "echo(AF_INET, 1, 8, 4003, pack_sockaddr_in(0, inet_aton $t4))") { Ordinary = true, Raw = true },
        new("dns of the host by udp", "udp dst port 53 and udp[21:4] = 0x75647068", "udp($dns, 53, query(\"udphost.test\"))") { Ordinary = true },
        new("dns of the host by tcp", $"tcp dst port 53 and dst host {Resolver}", "tcp($dns, 53)") { Ordinary = true },
        new("dns of the host by the C library", "udp dst port 53 and udp[21:4] = 0x636c6962", "alarm 3; gethostbyname(\"clib.test.\")") { Ordinary = true },
        new("dns elsewhere by udp", "udp dst port 53 and udp[21:4] = 0x75647061", "udp($t4, 53, query(\"udpany.test\"))") { Ordinary = true },
        new("dns elsewhere by tcp", $"tcp dst port 53 and not dst host {Resolver} and ip", "tcp($t4, 53)") { Ordinary = true },
        new("dns elsewhere by udp over ipv6", "ip6 proto 17 and ip6 and udp dst port 53", "udp($t6, 53, query(\"udpsix.test\"))") { Ordinary = true },
        new("dns at loopback", "udp dst port 53 and dst host 127.0.0.53", "udp(\"127.0.0.53\", 53, query(\"loop.test\"))") { OnLoopback = true },
        new("tcp over ipv6", "ip6 and tcp dst port 4004", "tcp($t6, 4004)") { Ordinary = true },
        new("udp over ipv6", "ip6 and udp dst port 4005", "udp($t6, 4005)") { Ordinary = true },
        new("icmpv6 echo", "icmp6 and ip6[40] = 128 and ip6[44:2] = 4006", "echo(AF_INET6, 58, 128, 4006, pack_sockaddr_in6(0, inet_pton(AF_INET6, $t6)))") { Ordinary = true, Raw = true },
        new("raw protocol", "ip proto 253", "raw(ip(mine($t4), $t4, 253, \"leak\"), $t4)") { Ordinary = true, Raw = true },
        new("raw with another source", "udp dst port 4007", $"raw(ip(\"{Foreign}\", $t4, 17, datagram(4007)), $t4)") { Raw = true },
        new("raw with the source of the host", "udp dst port 4008", $"raw(ip(\"{NetworkWorld.Host}\", $t4, 17, datagram(4008)), $t4)") { Raw = true },
        new("raw neighbour discovery", "icmp6 and ip6[40] = 135 and ip6[44:4] = 4009", "socket(my $s, AF_INET6, SOCK_RAW, 58) or die $!; setsockopt($s, 41, 16, pack \"i\", 255); send($s, pack(\"CCnN\", 135, 0, 0, 4009) . inet_pton(AF_INET6, $t6), 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $t6)))") { Raw = true },
        new("frame with the right source", "udp dst port 4010", "frame(hop(), 0x800, ip(mine($t4), $t4, 17, datagram(4010)))") { Ordinary = true, Raw = true },
        new("frame with another MAC", "udp dst port 4011", "frame(hop(), 0x800, ip(mine($t4), $t4, 17, datagram(4011)), pack \"H12\", \"02deadbeef01\")") { Ordinary = true, Raw = true },
        new("frame with another source", "udp dst port 4012", $"frame(hop(), 0x800, ip(\"{Foreign}\", $t4, 17, datagram(4012)))") { Raw = true },
        new("frame with another source of ipv6", "icmp6 and ip6[40] = 128 and ip6[44:2] = 4013", $"frame(hop(), 0x86dd, ip6(\"{Foreign6}\", $t6, 58, pack(\"CCnnn\", 128, 0, 0, 4013, 1)))") { Raw = true },
        new("frame without a source of ipv6", "icmp6 and ip6[40] = 128 and ip6[44:2] = 4014", "frame(hop(), 0x86dd, ip6(\"::\", $t6, 58, pack(\"CCnnn\", 128, 0, 0, 4014, 1)))") { Raw = true },
        new("frame with a link-local source", "icmp6 and ip6[40] = 128 and ip6[44:2] = 4015", "frame(hop(), 0x86dd, ip6(\"fe80::77\", $t6, 58, pack(\"CCnnn\", 128, 0, 0, 4015, 1)))") { Raw = true },
        new("arp", "arp host 198.51.100.99", "frame(\"\\xff\" x 6, 0x806, pack(\"nnCCn\", 1, 0x800, 6, 4, 1) . pack(\"H12\", \"02deadbeef01\") . inet_aton($t4) . \"\\0\" x 6 . inet_aton(\"198.51.100.99\"))") { Raw = true },
        new("lldp", "ether proto 0x88cc", "frame(pack(\"H12\", \"0180c200000e\"), 0x88cc, \"leak\" x 12)") { Raw = true },
        new("another ethertype", "ether proto 0x88b5", "frame(\"\\xff\" x 6, 0x88b5, \"leak\" x 12)") { Raw = true },
        new("vlan", "vlan 77", "frame(hop(), 0x8100, pack(\"nn\", 77, 0x800) . ip(mine($t4), $t4, 17, datagram(4016)))") { Raw = true },
        new("socket of systemd-resolved", "udp dst port 4020", $"speak(IO::Socket::UNIX->new(Peer => \"{SystemdSocket}\"), \"4020\\n\")"),
        new("socket of nscd", "udp dst port 4021", $"speak(IO::Socket::UNIX->new(Peer => \"{CacheSocket}\"), \"4021\\n\")"),
        new("abstract socket", "udp dst port 4022", $"speak(IO::Socket::UNIX->new(Peer => \"\\0{AbstractSocket[1..]}\"), \"4022\\n\")"),
    ];

    /// <summary>A shell script of all attempts, one after the other; what each of them says comes with its name.</summary>
    public static string Script(string four, string six) => string.Join('\n', All.Select(a => $"echo '{a.Name}:' $(perl -e '{Prelude} {a.Code}; print \"done\"' {four} {six} {Resolver} 2>&1)"));
}
