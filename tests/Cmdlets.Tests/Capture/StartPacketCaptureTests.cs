using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Capture;

namespace Sandbox.Cmdlets.Tests.Capture;

/// <summary>Captures through the staged module, in a network namespace of the test.</summary>
[Collection("captures")]
public sealed class StartPacketCaptureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-packet-").FullName;
    private readonly string _namespace = $"sbxcmd{Guid.NewGuid():N}"[..14];
    private readonly ModuleRunspace session = new();

    public StartPacketCaptureTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Run("ip", "netns", "add", _namespace);
        Run("ip", "-n", _namespace, "link", "set", "lo", "up");
        session.Invoke("param($f, $n) $file = $f; $net = @{ NetworkNamespace = $n }", Path.Combine(_directory, "a.pcapng"), _namespace).Succeeded();
    }

    public void Dispose()
    {
        session.Invoke("Get-PacketCapture -Running | Stop-PacketCapture");
        session.Dispose();
        Run("ip", "netns", "del", _namespace);
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("-RotateTime 0.5", "PacketCapture,ROTATE_TIME")]
    [InlineData("-RingFiles 3", "PacketCapture,RING")]
    public void A_rotation_that_cannot_be_is_refused(string parameters, string id) =>
        Assert.StartsWith(id + ",", session.Invoke("try { Start-PacketCapture @net -Path $file " + parameters + " } catch { $_.FullyQualifiedErrorId }").Single<string>(), StringComparison.Ordinal);

    [Fact]
    public void It_starts_counts_and_stops()
    {
        var capture = session.Invoke("$c = Start-PacketCapture @net -Path $file -Comment mine; $c").Succeeded().Single<PacketCapture>();
        Assert.Equal((PacketCaptureState.Running, "lo"), (capture.State, capture.Interface));
        Send(5);
        ScriptResult result = session.Invoke("(Get-PacketCapture -Running).Id -contains $c.Id; ($c | Stop-PacketCapture).Written; @(Read-Packet $file).Count; (Import-PacketCapture $file).Sections[0].Comment; (Get-PacketCapture $c.Id).State; @(Get-PacketCapture -Running).Id -contains $c.Id").Succeeded();
        Assert.Equal(["True", "5", "5", "mine", "Stopped", "False"], result.Objects.Select(o => o.ToString()));
        // On loopback every packet passes twice, out and in; one half is left out.
        Assert.Equal("5 0 5", session.Invoke("$s = (Import-PacketCapture $file).Interfaces[0].Statistics; \"$($s.Delivered) $($s.Dropped) $($s.Received - $s.Accepted)\"").Single<string>());
    }

    [Theory]
    [InlineData("Start-PacketCapture @net -Path $file -Filter 'udp prot 53'", "PacketCapture,FILTER", ErrorCategory.InvalidArgument, "syntax error")]
    [InlineData("Watch-Packet @net -Filter 'udp prot 53'", "PacketCapture,FILTER", ErrorCategory.InvalidArgument, "syntax error")]
    [InlineData("Start-PacketCapture @net -Interface eth77 -Path $file", "PacketCapture,NO_INTERFACE", ErrorCategory.ObjectNotFound, "eth77")]
    [InlineData("Start-PacketCapture -NetworkNamespace nowhere -Path $file", "PacketCapture,NAMESPACE", ErrorCategory.ObjectNotFound, "nowhere")]
    [InlineData("Start-PacketCapture @net -Path $file -RingFiles 3", "PacketCapture,RING", ErrorCategory.InvalidArgument, "ring")]
    [InlineData("Start-PacketCapture @net -Path /etc/passwd", "PacketCapture,FILE_EXISTS", ErrorCategory.ResourceExists, "/etc/passwd")]
    public void What_keeps_it_from_starting_is_a_terminating_error(string script, string id, ErrorCategory category, string message)
    {
        ScriptResult result = session.Invoke($"try {{ {script} }} catch {{ $_ }}");
        var error = Assert.IsType<ErrorRecord>(Assert.Single(result.Objects).BaseObject);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Contains(message, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.False(File.Exists(Path.Combine(_directory, "a.pcapng")));
    }

    [Fact]
    public void Packets_have_their_process_where_that_is_asked_for()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "needs the kernel's type information");
        session.Invoke("$c = Start-PacketCapture @net -Path $file -ProcessAttribution").Succeeded();
        Send(5);
        var capture = session.Invoke("$c | Stop-PacketCapture").Succeeded().Single<PacketCapture>();
        Assert.Equal((5L, 5L, 0L), (capture.Written, capture.Attributed, capture.LostOwnerEvents));
        ScriptResult result = session.Invoke("$p = @(Read-Packet $file); $p[0].ProcessName; $p[0].ProcessId -gt 0").Succeeded();
        Assert.Equal("True", result.Objects[1].ToString());
        Assert.NotEmpty(result.Objects[0].ToString());
    }

    [Fact]
    public void Packets_that_are_watched_have_what_is_known_of_their_process()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "needs the kernel's type information");
        using var later = new Timer(_ => Send(1), null, 1500, Timeout.Infinite);
        ScriptResult result = session.Invoke("$p = Watch-Packet @net -ProcessInformation -MaxPackets 1; $p.Process.Id -eq $p.ProcessId; $p.Process.Name -eq $p.ProcessName; $p.Process.StartTime -le $p.Time; $p.Process.CommandLine.Count -gt 0").Succeeded();
        Assert.Equal(["True", "True", "True", "True"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void WhatIf_starts_and_stops_nothing()
    {
        session.Invoke("Start-PacketCapture @net -Path $file -WhatIf").Succeeded();
        Assert.False(File.Exists(Path.Combine(_directory, "a.pcapng")));
        Assert.Equal(PacketCaptureState.Running, session.Invoke("$c = Start-PacketCapture @net -Path $file; Stop-PacketCapture $c -WhatIf; $c.State").Succeeded().Single<PacketCaptureState>());
    }

    [Fact]
    public void A_failure_surfaces_on_stop_with_the_object()
    {
        Run("ip", "-n", _namespace, "link", "add", "va", "type", "veth", "peer", "name", "vb");
        Run("ip", "-n", _namespace, "link", "set", "va", "up");
        session.Invoke("$c = Start-PacketCapture @net -Interface va -Path $file").Succeeded();
        Run("ip", "-n", _namespace, "link", "del", "va");
        ScriptResult result = session.Invoke("$null = $c.Wait('00:00:05'); Stop-PacketCapture $c");
        Assert.StartsWith("PacketCapture,INTERFACE_GONE,", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(PacketCaptureState.Failed, Assert.IsType<PacketCapture>(Assert.Single(result.Objects).BaseObject).State);
    }

    [Fact]
    public void Packets_are_watched_until_there_are_enough()
    {
        using PowerShell shell = session.Create("Watch-Packet @net -Immediate -MaxPackets 3 -SessionVariable watched | ForEach-Object { \"$_\" }");
        var running = shell.BeginInvoke();
        try
        {
            for (var i = 0; i < 100 && !running.IsCompleted; i++)
            {
                Send(1);
                Thread.Sleep(20);
            }

            Assert.True(running.AsyncWaitHandle.WaitOne(5000));
            var lines = shell.EndInvoke(running).Select(o => o.ToString()).ToArray();
            Assert.Empty(shell.Streams.Error);
            Assert.Equal(3, lines.Length);
            Assert.All(lines, l => Assert.Matches("^UDP 127.0.0.1:[0-9]+ > 127.0.0.1:7 1 bytes$", l));
        }
        finally
        {
            shell.Stop();
        }

        Assert.Matches("^3 0 True$", session.Invoke("\"$($watched.Written) $($watched.Dropped) $($watched.Received -eq 3 + $watched.Filtered)\"").Single<string>());
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("throw")]
    [InlineData("duration")]
    public void A_watch_ends_and_leaves_no_thread(string how)
    {
        var tail = how == "throw" ? "| ForEach-Object { throw 'enough' }" : how == "duration" ? "-Duration 300ms" : "";
        using PowerShell shell = session.Create($"Watch-Packet @net -Immediate {tail}");
        var running = shell.BeginInvoke();
        Assert.True(SpinWait.SpinUntil(() => Denials.ThreadNames.OfSelf().Contains("Sandbox.Capture"), 5000) || how == "duration");
        if (how == "throw")
        {
            for (var i = 0; i < 50 && !running.IsCompleted; i++)
            {
                Send(1);
                Thread.Sleep(50);
            }
        }

        if (how == "stop") shell.Stop();
        Assert.True(running.AsyncWaitHandle.WaitOne(5000));
        Assert.True(SpinWait.SpinUntil(() => !Denials.ThreadNames.OfSelf().Contains("Sandbox.Capture"), 1000));
    }

    [Fact]
    public void The_table_fits_and_what_comes_from_elsewhere_is_whole()
    {
        foreach (var script in new[] { "$c = Start-PacketCapture @net -Path $file; $c | Stop-PacketCapture", "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($c, 1))" })
        {
            string[] lines = session.Render(script).Split('\n');
            Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
            Assert.Contains(lines, l => System.Text.RegularExpressions.Regex.IsMatch(l, @"^ +\d+ Stopped +lo +0 +0 +0 /"));
        }
    }

    private void Send(int count) => Run("ip", "netns", "exec", _namespace, "python3", "-c",
        $"import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 7)); [s.sendto(b'x', ('127.0.0.1', 7)) for _ in range({count})]");

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
