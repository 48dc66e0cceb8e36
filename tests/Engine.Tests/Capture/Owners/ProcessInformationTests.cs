using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>What a capture's file says of processes, against what these say of themselves.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class ProcessInformationTests : IDisposable
{
    // Sends a datagram with what the kernel says to the process of itself, as its last act.
    private const string Teller = """
        import json, os, socket, sys, time
        if sys.argv[1] != '0': os.seteuid(int(sys.argv[1]))
        clocks = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        start = int(open('/proc/self/stat').read().rpartition(')')[2].split()[19]) * 10_000_000 + clocks
        told = dict(id=os.getpid(), parent=os.getppid(), user=os.geteuid(), path=os.readlink('/proc/self/exe'), arguments=open('/proc/self/cmdline').read()[:-1].split('\0'), start=start)
        socket.socket(type=socket.SOCK_DGRAM).sendto(json.dumps(told).encode(), ('10.9.9.2', 9000))
        """;

    // Runs the teller twice with one process id: the number after the last one that was given is the next.
    private const string Reuser = """
        import os, sys
        def tell(*words):
            os.execvp('python3', ['python3', '-c', sys.argv[1], '0', *words])
        first = os.fork()
        if first == 0: tell('first')
        os.waitpid(first, 0)
        for attempt in range(1000):
            open('/proc/sys/kernel/ns_last_pid', 'w').write(str(first - 1))
            again = os.fork()
            if again == 0:
                if os.getpid() == first: tell('second')
                os._exit(0)
            os.waitpid(again, 0)
            if again == first: break
        """;

    private readonly OwnerNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData("0")]
    [InlineData("65534")]
    public void A_process_is_what_it_says_of_itself(string user)
    {
        var packet = Assert.Single(Captured(() => Here("python3", "-c", Teller, user, "an argument", "")));
        AssertIsSo(packet);
        Assert.Equal(user, packet.Process!.UserId?.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(["-c", Teller, user, "an argument", ""], packet.Process.CommandLine!.Skip(1));
    }

    [Fact]
    public void An_id_that_is_used_again_names_another_process()
    {
        var packets = Captured(() => Here("python3", "-c", Reuser, Teller));
        Assert.Equal(["first", "second"], packets.Select(p => p.Process!.CommandLine![^1]));
        Assert.Equal(packets[0].ProcessId, packets[1].ProcessId);
        Assert.NotEqual(packets[0].Process!.UnixNanoseconds, packets[1].Process!.UnixNanoseconds);
        foreach (var packet in packets) AssertIsSo(packet);
    }

    // Process, socket and name stay.
    [Fact]
    public void A_process_that_executes_another_program_is_told_anew()
    {
        var packets = Captured(() => Here("bash", "-c", "exec 3<> /dev/udp/10.9.9.2/9000; echo -n a >&3; sleep 0.2; exec bash -c 'echo -n b >&3; echo -n c >&3; sleep 0.2; :' other"));
        Assert.Equal(["a", "b", "c"], packets.Select(p => Encoding.ASCII.GetString(p.Data[42..])));
        Assert.Single(packets.Select(p => (p.ProcessId, p.ProcessName, p.Process!.UnixNanoseconds)).Distinct());
        Assert.Equal("bash -c exec 3<>", string.Join(' ', packets[0].Process!.CommandLine!)[..16]);
        Assert.All(packets[1..], p => Assert.Equal("other", p.Process!.CommandLine![^1]));
    }

    // What is there when somebody looks is another program by now.
    [Fact]
    public void Nothing_is_told_of_a_program_that_has_given_way_to_another()
    {
        var packets = Captured(() => Here("bash", "-c", "for i in {1..30}; do bash -c 'exec 3<> /dev/udp/10.9.9.2/9000; echo -n $0 >&3; exec bash -c \"echo -n -\\$0 >&3; sleep 0.01; :\" $0' $i; done"));
        Assert.Equal(60, packets.Length);
        foreach (var packet in packets)
        {
            var text = Encoding.ASCII.GetString(packet.Data[42..]);
            if (packet.Process!.CommandLine is not { } line) continue;
            Assert.Equal(text.TrimStart('-'), line[^1]);
            Assert.Equal(text[0] == '-', line[2].StartsWith("echo -n -", StringComparison.Ordinal));
        }

        Assert.Contains(packets, p => p.Process!.CommandLine is not null);
        Assert.All(packets, p => Assert.Equal("bash", p.Process!.Name));
    }

    // Its socket is older than the capture, and gets a packet before it uses it.
    [Fact]
    public void A_process_that_was_there_before_is_told_likewise()
    {
        var (ready, go) = (_network.At("ready"), _network.At("go"));
        using var process = Process.Start("nsenter", [$"--net=/run/netns/{_network.Here}", "python3", "-c", $"import os, socket, time\ns = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 7000)); open('{ready}', 'w')\nfor i in range(900):\n time.sleep(0.02)\n if os.path.exists('{go}'): s.sendto(b'x', ('10.9.9.2', 7000)); break\ntime.sleep(0.1)"]);
        try
        {
            Assert.True(ProcessState.Eventually(() => File.Exists(ready)));
            var path = _network.At("before.pcapng");
            using var capture = PacketCapture.Start(Options, path, new(), null);
            CaptureTool.Run("nsenter", $"--net=/run/netns/{_network.There}", "bash", "-c", "echo -n y > /dev/udp/10.9.9.1/7000");
            File.WriteAllText(go, "");
            process.WaitForExit();
            Settled(capture);
            using var reader = new CaptureFileReader(path);
            var packets = reader.Read().Where(p => p.DestinationPort == 7000).ToArray();
            Assert.Equal(["10.9.9.1", "10.9.9.2"], packets.Select(p => p.DestinationAddress?.ToString()));
            var told = Assert.Single(packets.Select(p => (p.Process!.Id, p.Process.UnixNanoseconds, p.Process.CommandLine?[1], p.Process.UserId, p.Process.ParentId)).Distinct());
            Assert.Equal((process.Id, "-c", 0, Environment.ProcessId), (told.Id, told.Item3, told.UserId, told.ParentId));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [Fact]
    public void Every_file_of_a_row_tells_it()
    {
        var path = _network.At("row.pcapng");
        using var capture = PacketCapture.Start(Options, path, new() { Size = 1024 }, null);
        Here("bash", "-c", "exec 3<> /dev/udp/10.9.9.2/9000; for i in {1..40}; do echo -n $i >&3; done; sleep 0.2; :");
        Settled(capture);
        Assert.True(capture.Files.Count > 2);
        foreach (var file in capture.Files)
        {
            using var reader = new CaptureFileReader(file);
            var packets = reader.Read().Where(p => p.DestinationPort == 9000).ToArray();
            if (packets.Length == 0) continue; // such as one with those of the neighbour protocol alone
            var process = Assert.Single(CaptureFileReader.Summarize(file).Processes);
            Assert.Equal("bash", process.CommandLine![0]);
            Assert.All(packets, p => Assert.Equal((process.Id, process.UnixNanoseconds, process.CommandLine[2]), (p.Process!.Id, p.Process.UnixNanoseconds, p.Process.CommandLine![2])));
        }
    }

    [Fact]
    public void Other_programs_read_the_packets()
    {
        var path = _network.At("others.pcapng");
        var packets = Captured(() => Here("python3", "-c", Teller, "0"), path);
        var (code, output, _) = CaptureTool.Try("capinfos", "-M", "-c", path);
        Assert.Equal(0, code);
        Assert.Matches($@"Number of packets: +{CaptureFileReader.Summarize(path).Packets}\b", output);
        Assert.Equal([packets[0].Length.ToString(CultureInfo.InvariantCulture)], CaptureTool.Fields(path, "frame.len", "udp.dstport").Where(l => l.EndsWith("|9000", StringComparison.Ordinal)).Select(l => l[..^5]));
        Assert.Contains("10.9.9.2.9000: UDP", CaptureTool.Run("tcpdump", "-n", "-r", path), StringComparison.Ordinal);
    }

    private PacketCaptureOptions Options => new() { Interface = "va", NetworkNamespace = _network.Here, ProcessInformation = true };

    private static void AssertIsSo(PacketRecord packet)
    {
        var process = packet.Process!;
        var told = JsonDocument.Parse(packet.Data.AsMemory(42)).RootElement;
        Assert.Equal((told.GetProperty("id").GetInt32(), told.GetProperty("id").GetInt32()), (process.Id, packet.ProcessId));
        Assert.Equal((told.GetProperty("parent").GetInt32(), told.GetProperty("user").GetInt64(), told.GetProperty("path").GetString()), (process.ParentId, process.UserId, process.Path));
        Assert.Equal(told.GetProperty("arguments").EnumerateArray().Select(a => a.GetString()), process.CommandLine);
        // It says it to a hundredth of a second.
        Assert.InRange(process.UnixNanoseconds!.Value - told.GetProperty("start").GetInt64(), -1_000_000, 11_000_000);
    }

    // The datagrams to the server.
    private PacketRecord[] Captured(Action work, string? path = null)
    {
        path ??= _network.At($"{Guid.NewGuid():N}.pcapng");
        using var capture = PacketCapture.Start(Options, path, new(), null);
        work();
        Settled(capture);
        using var reader = new CaptureFileReader(path);
        return [.. reader.Read().Where(p => p.DestinationPort == 9000)];
    }

    private static void Settled(PacketCapture capture)
    {
        capture.Stop();
        Assert.Equal((0L, 0L), (capture.Dropped, capture.LostOwnerEvents));
    }

    private void Here(params string[] command) => CaptureTool.Run("nsenter", [$"--net=/run/netns/{_network.Here}", .. command]);
}
