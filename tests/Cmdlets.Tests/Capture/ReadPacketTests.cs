using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Capture;

namespace Sandbox.Cmdlets.Tests.Capture;

/// <summary>Capture files through the pipeline; the files are made by text2pcap, of Wireshark.</summary>
public sealed class ReadPacketTests : IDisposable
{
    private const string Udp = "02 00 00 00 00 0b 02 00 00 00 00 0a 08 00 45 00 00 20 12 34 40 00 40 11 00 00 0a 01 01 01 0a 01 01 02 d4 31 00 35 00 0c 00 00 74 65 73 74";

    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-packet-").FullName;
    private readonly ModuleRunspace session = new();

    public void Dispose()
    {
        session.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("pcapng")]
    [InlineData("pcap")]
    public void Packets_stream_and_the_sum_agrees(string type)
    {
        var file = Make(type, 5);
        ScriptResult result = session.Invoke("param($f) [pscustomobject]@{ FullName = $f } | Read-Packet", file).Succeeded();
        Assert.Equal(5, result.Objects.Count);
        var packet = Assert.IsType<PacketRecord>(result.Objects[0].BaseObject);
        Assert.Equal(("UDP", "10.1.1.1", 54321, "10.1.1.2", 53, 46L), (packet.Protocol, packet.SourceAddress, packet.SourcePort, packet.DestinationAddress, packet.DestinationPort, packet.Length));
        var sum = Assert.IsType<CaptureFile>(session.Invoke("param($f) Import-PacketCapture $f", file).Succeeded().Objects.Single().BaseObject);
        Assert.Equal((type, 5L, 230L, null), (sum.Format, sum.Packets, sum.Bytes, sum.Truncation));
    }

    [Fact]
    public void Wildcards_are_taken_and_a_downstream_end_closes_the_file()
    {
        Make("pcapng", 5);
        Make("pcap", 5);
        ScriptResult result = session.Invoke("param($d) @(Read-Packet \"$d/*.pcap*\").Count; try { Read-Packet \"$d/*\" | ForEach-Object { throw 'enough' } } catch { \"$_\" }", _directory).Succeeded();
        Assert.Equal(["10", "enough"], result.Objects.Select(o => o.ToString()));
        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget), target => target?.StartsWith(_directory, StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_filter_lets_through_what_libpcap_says()
    {
        var file = Make("pcapng", 5);
        ScriptResult result = session.Invoke("param($f) @(Read-Packet $f -Filter 'udp port 53').Count; @(Read-Packet $f -Filter 'tcp or udp port 54').Count; try { Read-Packet $f -Filter 'udp prot' } catch { $_.FullyQualifiedErrorId }", file).Succeeded();
        Assert.Equal(["5", "0", "PacketCapture,FILTER,Sandbox.Cmdlets.ReadPacketCommand"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void A_cut_file_is_a_warning_after_its_packets()
    {
        var file = Make("pcap", 5);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        ScriptResult result = session.Invoke("param($f) Read-Packet $f", file);
        Assert.Empty(result.Errors);
        Assert.Equal(4, result.Objects.Count);
        Assert.Contains("ends within the packet", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.StartsWith("The file ends", session.Invoke("param($f) (Import-PacketCapture $f).Truncation", file).Single<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Read-Packet")]
    [InlineData("Import-PacketCapture")]
    public void A_file_that_is_none_is_an_error_and_the_next_is_read(string cmdlet)
    {
        var file = Make("pcap", 1);
        ScriptResult result = session.Invoke($"param($f) {cmdlet} /bin/true, /nowhere/x, $f", file);
        Assert.Equal(["ReadPacket,FORMAT", "ReadPacket,OPEN"], result.Errors.Select(e => string.Join(',', e.FullyQualifiedErrorId.Split(',')[..2])));
        Assert.Equal([ErrorCategory.ParserError, ErrorCategory.ObjectNotFound], result.Errors.Select(e => e.CategoryInfo.Category));
        Assert.Single(result.Objects);
    }

    [Fact]
    public void Tables_fit_and_survive_serialization()
    {
        var file = Make("pcapng", 2);
        foreach (var script in new[] { "param($f) Read-Packet $f", "param($f) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@(Read-Packet $f), 1))" })
        {
            string[] lines = session.Render(script, file).Split('\n');
            Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
            Assert.Contains(lines, l => l.Contains("UDP", StringComparison.Ordinal) && l.Contains("10.1.1.1:54321", StringComparison.Ordinal) && l.Contains("10.1.1.2:53", StringComparison.Ordinal) && l.TrimEnd().EndsWith("46 4 bytes", StringComparison.Ordinal));
        }

        Assert.Matches(@"pcapng +2 +92 ", session.Render("param($f) Import-PacketCapture $f", file));
        Assert.Equal("1 2", session.Invoke("param($f) $s = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Import-PacketCapture $f), 1)); \"$(@($s.Interfaces).Count) $(@($s.Interfaces)[0].Packets)\"", file).Single<string>());
    }

    private string Make(string type, int packets)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/text2pcap"), "needs text2pcap");
        var (text, file) = (Path.Combine(_directory, ".text"), Path.Combine(_directory, "made." + type));
        File.WriteAllText(text, string.Concat(Enumerable.Repeat($"0000 {Udp}\n\n", packets)));
        string[] form = type == "pcap" ? ["-F", "pcap"] : [];
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/text2pcap", ["-q", .. form, text, file]) { RedirectStandardError = true })!;
        process.WaitForExit();
        File.Delete(text);
        Assert.Equal(0, process.ExitCode);
        return file;
    }
}
