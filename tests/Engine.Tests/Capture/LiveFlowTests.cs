using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Flows and names of live captures, compared with what Wireshark's programs find in the same files.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed partial class LiveFlowTests : IDisposable
{
    private const string Name = "www.example.test";
    private readonly ScratchDirectory _directory = new();
    private readonly TestNetwork _network = new();

    private string File => _directory.At("live.pcapng");

    public void Dispose()
    {
        _network.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Flows_agree_with_tshark_while_it_runs_in_the_file_and_over_the_files_of_a_rotation()
    {
        using var capture = Start(new() { Size = 100_000 });
        Traffic(Name);
        // A disk that others keep busy takes a while.
        Assert.True(ProcessState.Eventually(() => capture.Flows.Count >= 25 && capture.Flows.Sum(f => f.Packets) == capture.Written, 30_000), $"{capture.State} {capture.Flows.Count} flows of {capture.Flows.Sum(f => f.Packets)} packets, {capture.Written} written, {capture.Failure}");
        Assert.Equal(PacketCaptureState.Running, capture.State);
        capture.Stop();
        Assert.InRange(capture.Files.Count, 3, 100);
        Assert.Equal((0L, 0L), (capture.PacketsUnlisted, capture.NamesUnlisted));
        var merged = _directory.At("merged.pcapng");
        CaptureTool.Run("mergecap", ["-w", merged, .. capture.Files]);
        var summary = new PacketFlowSummary();
        foreach (var file in capture.Files) Assert.Null(summary.Add(file, TestContext.Current.CancellationToken));
        Assert.Equal(Lines(capture.Flows), Lines(summary.Flows));
        Assert.Equal(Streams(merged), Counts(capture.Flows));
        var conversations = Conversations(merged, "tcp").Concat(Conversations(merged, "udp")).Order().ToArray();
        Assert.Equal(conversations, capture.Flows.Select(f => string.Join(' ', new[] { $"{f.ClientAddress}:{f.ClientPort}", $"{f.ServerAddress}:{f.ServerPort}" }.Order(StringComparer.Ordinal)) + $" {f.Packets}").Order());
        Assert.Equal(["Closed", "Closed", "Closed", "Refused"], capture.Flows.Where(f => f.Protocol == "TCP").Select(f => f.State.ToString()));
        Assert.Equal(["8080", "8080", "8080", "8081"], capture.Flows.Where(f => f.Protocol == "TCP").Select(f => $"{f.ServerPort}"));
        Assert.All(capture.Flows, f => Assert.Equal(f.ServerAddress == "127.0.0.7" ? [Name] : [], f.DnsNames));
    }

    [Fact]
    public void Names_are_in_the_file_for_programs_that_read_it()
    {
        using (var capture = Start(new()))
        {
            Traffic(Name);
            capture.Stop();
        }

        // Only what the file says, not what its packets do: twice, as the names stand at the end.
        Assert.Contains(Name, Resolved(File));
        var (_, output, error) = CaptureTool.Try("capinfos", File);
        Assert.Contains("Number of resolved IPv4 addresses in file: 1\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", error + output, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Unexpected(CaptureTool.Try("tshark", "-r", File, "-q").Error));
        Assert.Equal(CaptureTool.Fields(File, "frame.number").Length, CaptureFileReader.Summarize(File).Packets);
    }

    [Fact]
    public void Each_file_of_a_rotation_has_the_names_of_its_own_answers()
    {
        using var capture = Start(new() { Time = TimeSpan.FromMilliseconds(1500) });
        Traffic("first.test");
        Assert.True(ProcessState.Eventually(() => capture.Files.Count >= 2, 30_000));
        Traffic("second.test");
        var count = capture.Files.Count;
        Assert.True(ProcessState.Eventually(() => capture.Files.Count > count, 30_000));
        capture.Stop();
        foreach (var file in capture.Files)
        {
            var asked = CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", file, "-Y", "dns.flags.response == 1", "-T", "fields", "-e", "dns.qry.name")).Distinct();
            Assert.Equal(asked.Order(), Blocks(file).Order());
        }

        Assert.Equal(["first.test", "second.test"], capture.Files.SelectMany(Blocks));
    }

    [Fact]
    public void The_file_of_flows_is_a_json_object_a_line()
    {
        using var capture = Start(new());
        Traffic(Name);
        capture.Stop();
        var path = _directory.At("flows.ndjson");
        PacketFlowFile.Write(capture.Flows, path, replace: false);
        var lines = System.IO.File.ReadAllText(path).Split('\n');
        Assert.Equal("", lines[^1]);
        var parsed = lines[..^1].Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(capture.Flows.Select(f => (f.Protocol, f.ServerPort, f.Bytes)), parsed.Select(p => (p.GetProperty("protocol").GetString()!, (int?)p.GetProperty("serverPort").GetInt32(), p.GetProperty("bytes").GetInt64())));
        Assert.Equal(capture.Flows.Select(f => f.StartTime), parsed.Select(p => p.GetProperty("startTime").GetDateTimeOffset()));
        Assert.Equal(capture.Flows.Select(f => f.Duration.TotalSeconds), parsed.Select(p => p.GetProperty("durationSeconds").GetDouble()));
        Assert.Equal(Name, parsed[^1].GetProperty("dnsNames")[0].GetString());
        Assert.Equal(JsonValueKind.Null, parsed[^1].GetProperty("processId").ValueKind);
        Assert.Equal("PacketFlowFile,EEXIST", Assert.Throws<SandboxException>(() => PacketFlowFile.Write([], path, replace: false)).ErrorId);
        PacketFlowFile.Write([], path, replace: true);
        Assert.Equal("", System.IO.File.ReadAllText(path));
        Assert.Equal("PacketFlowFile,EIO", Assert.Throws<SandboxException>(() => PacketFlowFile.Write([], "/proc/x.ndjson", replace: false)).ErrorId);
        Assert.DoesNotContain(Directory.GetFiles(_directory.Path), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private PacketCapture Start(CaptureRotation rotation) => PacketCapture.Start(new() { Interface = "lo", NetworkNamespace = _network.Name }, File, rotation, null);

    private void Traffic(string name) => _network.Inside("python3", "-c", TrafficScript.Text, name);

    private static string[] Lines(IEnumerable<PacketFlow> flows) => [.. flows.Select(f => $"{f} {f.State} {f.PacketsSent} {f.PacketsReceived} {f.BytesSent} {f.BytesReceived} {f.StartTime:O} {f.Duration} {string.Join(',', f.DnsNames)}")];

    private static string[] Counts(IEnumerable<PacketFlow> flows) =>
        [.. flows.Select(f => $"{f.Protocol} {f.ClientAddress}:{f.ClientPort} {f.PacketsSent} {f.BytesSent} {f.PacketsReceived} {f.BytesReceived}").Order(StringComparer.Ordinal)];

    // The streams that tshark tells apart, summed up by its numbers; who sent the first packet is the client.
    private static string[] Streams(string file) =>
        [.. CaptureTool.Fields(file, "tcp.stream", "udp.stream", "ip.src", "tcp.srcport", "udp.srcport", "frame.len").Select(l => l.Split('|')).GroupBy(f => (f[0], f[1])).Select(stream =>
        {
            var first = stream.First();
            var sent = stream.Where(f => (f[2], f[3], f[4]) == (first[2], first[3], first[4])).Select(f => long.Parse(f[5], CultureInfo.InvariantCulture)).ToArray();
            var all = stream.Sum(f => long.Parse(f[5], CultureInfo.InvariantCulture));
            return $"{(first[0].Length > 0 ? "TCP" : "UDP")} {first[2]}:{first[3]}{first[4]} {sent.Length} {sent.Sum()} {stream.Count() - sent.Length} {all - sent.Sum()}";
        }).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Conversations(string file, string protocol) =>
        Conversation().Matches(CaptureTool.Run("tshark", "-n", "-r", file, "-q", "-z", "conv," + protocol)).Select(m => string.Join(' ', new[] { m.Groups[1].Value, m.Groups[2].Value }.Order(StringComparer.Ordinal)) + " " + m.Groups[3].Value);

    private static string[] Resolved(string file) => CaptureTool.Lines(CaptureTool.Run("tshark", "-2", "-N", "n", "-r", file, "-T", "fields", "-e", "ip.dst_host"));

    private static string[] Unexpected(string errors) => [.. CaptureTool.Lines(errors).Where(l => !l.StartsWith("Running as user", StringComparison.Ordinal))];

    // The names of the name resolution blocks, read by a program without anything of ours.
    private static string[] Blocks(string file) => CaptureTool.Lines(CaptureTool.Run("python3", "-c", """
        import struct, sys
        data, at = open(sys.argv[1], 'rb').read(), 0
        while at < len(data):
            kind, total = struct.unpack_from('<II', data, at)
            place = at + 8
            while kind == 4:
                code, length = struct.unpack_from('<HH', data, place)
                if code == 0: break
                assert data[place + 4:place + 8] == bytes([127, 0, 0, 7]) and code == 1
                print(data[place + 8:place + 4 + length - 1].decode())
                place += 4 + length + (-length & 3)
            at += total
        """, file));

    [GeneratedRegex(@"^(\S+:\d+) +<-> (\S+:\d+) .*? (\d+) \d+ \w+ +\d+\.\d+ +\d+\.\d+ *$", RegexOptions.Multiline)]
    private static partial Regex Conversation();
}
