using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json;
using Sandbox.Capture;

namespace Sandbox.Cmdlets.Tests.Capture;

/// <summary>Flows of files and of captures through the pipeline, and their file.</summary>
[Collection("captures")]
public sealed class PacketFlowTests : IDisposable
{
    private const string There = "02 00 00 00 00 0b 02 00 00 00 00 0a 08 00 45 00 00 20 12 34 40 00 40 11 00 00 0a 01 01 01 0a 01 01 02 d4 31 00 35 00 0c 00 00 74 65 73 74";
    private const string Back = "02 00 00 00 00 0a 02 00 00 00 00 0b 08 00 45 00 00 20 12 34 40 00 40 11 00 00 0a 01 01 02 0a 01 01 01 00 35 d4 31 00 0c 00 00 74 65 73 74";
    private const string Six = "02 00 00 00 00 0b 02 00 00 00 00 0a 86 dd 60 00 00 00 00 0c 11 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 d4 31 00 35 00 0c 00 00 74 65 73 74";

    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-flow-").FullName;
    private readonly ModuleRunspace session = new();

    public void Dispose()
    {
        session.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("Get-PacketFlow $f")]
    [InlineData("Get-PacketFlow -Path $f")]
    [InlineData("$f | Get-PacketFlow")]
    [InlineData("[pscustomobject]@{ FullName = $f } | Get-PacketFlow")]
    public void Flows_of_a_file(string script)
    {
        var file = Make("a.pcapng", There, Back, There);
        var flow = Assert.IsType<PacketFlow>(session.Invoke($"param($f) {script}", file).Succeeded().Objects.Single().BaseObject);
        Assert.Equal(("UDP", "10.1.1.1", 54321, "10.1.1.2", 53, 2L, 1L, 138L), (flow.Protocol, flow.ClientAddress, flow.ClientPort, flow.ServerAddress, flow.ServerPort, flow.PacketsSent, flow.PacketsReceived, flow.Bytes));
        Assert.Equal((null, null, null, 0), (flow.ProcessId, flow.ProcessName, flow.State, flow.DnsNames.Count));
    }

    [Fact]
    public void The_files_of_one_command_are_one_capture_and_what_is_none_is_an_error()
    {
        var (first, second) = (Make("a.pcapng", There), Make("b.pcapng", Back, Six));
        Assert.Equal(["UDP 10.1.1.1:54321 > 10.1.1.2:53 2", "UDP [2001:db8::1]:54321 > [2001:db8::2]:53 1"], session.Invoke("param($d) Get-PacketFlow \"$d/*.pcapng\" | ForEach-Object { \"$_ $($_.Packets)\" }", _directory).Succeeded().Objects.Select(o => o.ToString()));
        File.WriteAllBytes(second, File.ReadAllBytes(second)[..^1]);
        ScriptResult result = session.Invoke("param($a, $b) $a, '/bin/true', '/nowhere/x', $b | Get-PacketFlow", first, second);
        Assert.Equal(["ReadPacket,FORMAT", "ReadPacket,OPEN"], result.Errors.Select(e => string.Join(',', e.FullyQualifiedErrorId.Split(',')[..2])));
        Assert.Contains("ends within", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(2, Assert.IsType<PacketFlow>(result.Objects[0].BaseObject).Packets);
    }

    [Fact]
    public void Flows_of_a_capture_while_it_runs()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var space = $"sbxflow{Guid.NewGuid():N}"[..14];
        Run("ip", "netns", "add", space);
        try
        {
            Run("ip", "-n", space, "link", "set", "lo", "up");
            session.Invoke("param($f, $n) $c = Start-PacketCapture -NetworkNamespace $n -Path $f", Path.Combine(_directory, "live.pcapng"), space).Succeeded();
            Run("ip", "netns", "exec", space, "python3", "-c", "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 7)); [s.sendto(b'x', ('127.0.0.1', 7)) for _ in range(5)]");
            var seen = "";
            for (var i = 0; i < 200 && seen != "5"; i++)
            {
                Thread.Sleep(50);
                seen = session.Invoke("\"$(($c | Get-PacketFlow).Packets)\"").Succeeded().Single<string>();
            }

            Assert.Equal("5", seen);
            Assert.Equal("Running True", session.Invoke("\"$($c.State) $(\"$(Get-PacketCapture -Running | Get-PacketFlow)\" -eq \"$(Get-PacketFlow -Capture $c)\")\"").Succeeded().Single<string>());
            Assert.Equal("UDP 127.0.0.1:7 > 127.0.0.1:7 0", session.Invoke("$null = $c | Stop-PacketCapture; \"$($c.Flows) $($c.PacketsUnlisted)\"").Succeeded().Single<string>());
            // From elsewhere a capture has all but its flows.
            var names = session.Invoke("([System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($c, 1))).PSObject.Properties.Name").Succeeded().Objects.Select(o => o.ToString()).Order();
            Assert.Equal(typeof(PacketCapture).GetProperties().Select(p => p.Name).Except(["Flows"]).Order(), names);
        }
        finally
        {
            session.Invoke("$c | Stop-PacketCapture");
            Run("ip", "netns", "del", space);
        }
    }

    [Fact]
    public void Tables_fit_and_survive_serialization()
    {
        var file = Make("a.pcapng", There, Back, Six);
        foreach (var script in new[] { "param($f) Get-PacketFlow $f", "param($f) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@(Get-PacketFlow $f), 1))" })
        {
            string[] lines = session.Render(script, file).Split('\n');
            Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, 100));
            Assert.Contains(lines, l => System.Text.RegularExpressions.Regex.IsMatch(l, @"^UDP +10\.1\.1\.1:54321 +10\.1\.1\.2:53 +2 +92 +\d+\.\d{3}"));
            Assert.Contains(lines, l => l.Contains("[2001:db8::1]:", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Get-PacketFlow $f | Export-PacketFlow $o")]
    [InlineData("Export-PacketFlow -InputObject (Get-PacketFlow $f) -Path $o")]
    [InlineData("[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@(Get-PacketFlow $f), 1)) | Export-PacketFlow -Path $o")]
    public void A_json_object_a_line(string script)
    {
        var (file, output) = (Make("a.pcapng", There, Back, Six), Path.Combine(_directory, "flows.ndjson"));
        session.Invoke($"param($f, $o) {script}", file, output).Succeeded();
        string[] lines = File.ReadAllText(output).Split('\n');
        Assert.Equal((3, ""), (lines.Length, lines[2]));
        var first = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(
            ["protocol", "clientAddress", "clientPort", "serverAddress", "serverPort", "dnsNames", "processId", "processName", "state", "packetsSent", "packetsReceived", "packets", "bytesSent", "bytesReceived", "bytes", "startTime", "endTime", "durationSeconds"],
            first.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("UDP", 54321, 2, 92, JsonValueKind.Null, JsonValueKind.Array), (first.GetProperty("protocol").GetString(), first.GetProperty("clientPort").GetInt32(), first.GetProperty("packets").GetInt32(), first.GetProperty("bytes").GetInt32(), first.GetProperty("processId").ValueKind, first.GetProperty("dnsNames").ValueKind));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$", first.GetProperty("startTime").GetString()!);
        Assert.Equal(File.ReadAllText(output), File.ReadAllText(Exported(file))); // also the times, whichever way they came
        Assert.Equal("2001:db8::2", JsonDocument.Parse(lines[1]).RootElement.GetProperty("serverAddress").GetString());
    }

    [Fact]
    public void A_file_is_replaced_only_by_force_and_written_only_for_real()
    {
        var (file, output) = (Make("a.pcapng", There), Path.Combine(_directory, "flows.ndjson"));
        session.Invoke("param($in, $out) $f = Get-PacketFlow $in; $o = $out; $f | Export-PacketFlow $o -WhatIf", file, output).Succeeded();
        Assert.False(File.Exists(output));
        Assert.Equal(output, session.Invoke("($f | Export-PacketFlow $o -PassThru).FullName").Succeeded().Single<string>());
        ErrorRecord error = Assert.IsType<ErrorRecord>(session.Invoke("try { @() | Export-PacketFlow $o } catch { $_ }").Objects.Single().BaseObject);
        Assert.StartsWith("PacketFlowFile,EEXIST,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal((ErrorCategory.ResourceExists, "Use -Force to replace it."), (error.CategoryInfo.Category, error.ErrorDetails.RecommendedAction));
        Assert.NotEqual(0, new FileInfo(output).Length);
        session.Invoke("@() | Export-PacketFlow $o -Force").Succeeded();
        Assert.Equal(0, new FileInfo(output).Length);
    }

    private string Exported(string file)
    {
        var output = Path.Combine(_directory, "straight.ndjson");
        session.Invoke("param($f, $o) Get-PacketFlow $f | Export-PacketFlow $o", file, output).Succeeded();
        return output;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }

    private string Make(string name, params string[] frames)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/text2pcap"), "needs text2pcap");
        var (text, file) = (Path.Combine(_directory, ".text"), Path.Combine(_directory, name));
        File.WriteAllText(text, string.Concat(frames.Select(f => $"0000 {f}\n\n")));
        Run("/usr/bin/text2pcap", "-q", text, file);
        File.Delete(text);
        return file;
    }
}
