namespace Sandbox.Cmdlets.Tests.Capture;

/// <summary>-CapturePath and -CaptureView, on the loopback interface of the sandbox's own.</summary>
[Collection("captures")]
public sealed class RunCaptureTests : IDisposable
{
    // It sends three datagrams to itself, and ends.
    private const string Talk = "\"import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); [s.sendto(b'hello', s.getsockname()) for _ in range(3)]\"";
    private readonly ModuleRunspace _session = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-capture-").FullName;

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_run_has_its_packets_in_its_file()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "packet sockets need root");
        var result = _session.Invoke($"param($d) $p = Start-HardenedProcess python3 -ArgumentList '-c', {Talk} -Network None -CapturePath \"$d/run.pcapng\" -Wait; $c = $p.Capture; $p.ExitCode; $c.State; $c.View; $c.Interface; $c.Written; $c.Files; (Import-PacketCapture \"$d/run.pcapng\").Packets; (Read-Packet \"$d/run.pcapng\").DestinationAddress; (Get-PacketCapture $c.Id).Path", _directory).Succeeded();
        string file = Path.Combine(_directory, "run.pcapng");
        Assert.Equal(["0", "Stopped", "Child", "lo", "3", file, "3", "127.0.0.1", "127.0.0.1", "127.0.0.1", file], result.Objects.Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("-CaptureView Both", "CaptureView,NO_PATH")]
    [InlineData("-ProcessInformation", "ProcessInformation,NO_PATH")]
    [InlineData("-Network None -CapturePath \"$d/a.pcapng\" -CaptureView Egress", "PacketCapture,VIEW")]
    [InlineData("-Network Host -CapturePath \"$d/a.pcapng\"", "PacketCapture,HOST_NETWORK")]
    [InlineData("-Network None -CapturePath \"$d/missing/a.pcapng\"", "open,ENOENT")]
    public void What_cannot_be_is_an_error_and_nothing_runs(string parameters, string id)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "packet sockets need root");
        var result = _session.Invoke($"param($d) try {{ Start-HardenedProcess echo -ArgumentList ran {parameters} -Wait }} catch {{ $_.FullyQualifiedErrorId }}", _directory);
        Assert.StartsWith(id + ",", result.Single<string>(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void The_file_says_what_its_processes_are()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sys/kernel/btf/vmlinux"), "needs root and the kernel's type information");
        string talk = Talk.TrimEnd('"') + "; import time; time.sleep(0.3)\"";
        var result = _session.Invoke($"param($d) $p = Start-HardenedProcess python3 -ArgumentList '-c', {talk} -Network None -CapturePath \"$d/run.pcapng\" -ProcessInformation -Wait; $f = Import-PacketCapture \"$d/run.pcapng\"; $f.Processes.Count; $f.Processes[0].Id -eq $p.Id; $f.Processes[0].CommandLine[-1]; @((Read-Packet \"$d/run.pcapng\").Process.ParentId -gt 0).Count", _directory).Succeeded();
        Assert.Equal(["1", "True", talk.Trim('"'), "3"], result.Objects.Select(o => o.ToString()));
        string table = _session.Render($"(Import-PacketCapture {_directory}/run.pcapng).Processes");
        Assert.Matches(@"Id +Name +Parent +User +StartTime +CommandLine\s", table);
        Assert.Matches(@"\d+ python3? .*\d\d:\d\d:\d\d\.\d{3} \S*python3 -c import", table);
    }

    [Fact]
    public void A_view_of_a_running_process_needs_a_network_that_is_translated()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "packet sockets need root");
        var result = _session.Invoke("param($d) $p = Start-HardenedProcess sleep -ArgumentList 30; foreach ($v in 'Egress', 'WireEgress', 'Both') { try { Start-PacketCapture -Process $p -View $v -Path \"$d/a.pcapng\" } catch { $_.FullyQualifiedErrorId } }; $c = Start-PacketCapture -Process $p -View Child -Path \"$d/b.pcapng\"; \"$($c.Views)\"; $c | Stop-PacketCapture | Out-Null; $p | Stop-HardenedProcess -Force", _directory).Succeeded();
        Assert.Equal([.. Enumerable.Repeat("PacketCapture,VIEW,Sandbox.Cmdlets.StartPacketCaptureCommand", 3), $"Child: {_directory}/b.pcapng"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void Captures_of_a_process_end_with_it_and_nothing_has_failed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "packet sockets need root");
        var result = _session.Invoke($"param($d) $p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 2; exec python3 -c \"$0\"', {Talk} -Network None; $c = Start-PacketCapture -Process $p -Path \"$d/a.pcapng\"; @(Watch-Packet -Process $p).Count; $null = $p | Wait-HardenedProcess; $c.State; $c.Failure; $c.Written; ($c | Stop-PacketCapture).Written", _directory).Succeeded();
        Assert.Equal(["3", "Stopped", "3", "3"], result.Objects.Where(o => o is not null).Select(o => o.ToString()));
    }

    [Fact]
    public void WhatIf_names_it_and_makes_nothing()
    {
        string said = _session.Render("Start-HardenedProcess true -Network None -CapturePath " + _directory + "/a.pcapng -WhatIf");
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        Assert.DoesNotContain("Error", said, StringComparison.Ordinal);
    }

    private const string Flood = "\"import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); [s.sendto(b'x' * 1000, s.getsockname()) for _ in range(300)]; print('went on')\"";

    [Fact]
    public void A_capture_that_broke_is_told_at_the_end_and_the_program_went_on() => OnSmallDisk(() =>
    {
        var result = _session.Invoke($"param($d) $p = Start-HardenedProcess python3 -ArgumentList '-c', {Flood} -Network None -CapturePath \"$d/small/run.pcapng\" -Wait; $p.StandardOutput.Trim(); $p.Capture.State", _directory);
        Assert.Equal(["went on", "Failed"], result.Objects.Select(o => o.ToString()));
        Assert.StartsWith("write,ENOSPC", result.Errors.Single().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("packets were lost", result.Warnings.Single(), StringComparison.Ordinal);
    });

    // What is told of the first process is no reason to let the second run.
    [Theory]
    [InlineData("$a, $b | Stop-HardenedProcess -ErrorAction Stop")]
    [InlineData("Stop-HardenedProcess $a, $b -ErrorAction Stop")]
    public void All_are_stopped_before_what_broke_is_told(string stop) => OnSmallDisk(() =>
    {
        var result = _session.Invoke($"param($d) $a = Start-HardenedProcess python3 -ArgumentList '-c', {Flood} -Network None -CapturePath \"$d/small/run.pcapng\"; while (-not $a.HasExited) {{ [Threading.Thread]::Sleep(20) }}; $b = Start-HardenedProcess sleep -ArgumentList 60; try {{ {stop} }} catch {{ $_.FullyQualifiedErrorId }}; $b.HasExited; Stop-HardenedProcess $b -Force", _directory);
        Assert.StartsWith("write,ENOSPC", (string)result.Objects[0].BaseObject, StringComparison.Ordinal);
        Assert.Equal(true, result.Objects[1].BaseObject);
    });

    [Fact]
    public void Interfaces_and_namespaces_are_completed()
    {
        Assert.Contains("lo", _session.Complete("Start-PacketCapture -Interface l").Select(c => c.CompletionText));
        Assert.Contains("Loopback", _session.Complete("Watch-Packet l").First(c => c.CompletionText == "lo").ToolTip, StringComparison.Ordinal);
        Assert.Equal(["Both", "Child", "Egress", "WireEgress"], _session.Complete("Start-HardenedProcess true -CaptureView ").Select(c => c.CompletionText));
        Assert.Equal(Directory.Exists("/run/netns") ? Directory.GetFiles("/run/netns").Length : 0, _session.Complete("Watch-Packet -NetworkNamespace ").Count(c => c.ToolTip.StartsWith("/run/netns/", StringComparison.Ordinal)));
    }

    private void OnSmallDisk(Action test)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "packet sockets need root");
        Directory.CreateDirectory(_directory + "/small");
        Mount("-t", "tmpfs", "-o", "size=64k", "none", _directory + "/small");
        try
        {
            test();
        }
        finally
        {
            using var unmount = System.Diagnostics.Process.Start("umount", [_directory + "/small"]);
            unmount.WaitForExit();
        }
    }

    private static void Mount(params string[] arguments)
    {
        using var mount = System.Diagnostics.Process.Start("mount", arguments);
        mount.WaitForExit();
        Assert.Equal(0, mount.ExitCode);
    }
}
