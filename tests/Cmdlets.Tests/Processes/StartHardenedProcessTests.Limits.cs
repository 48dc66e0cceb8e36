using System.Diagnostics;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed partial class StartHardenedProcessTests
{
    [Fact]
    public void Timeout_ends_the_whole_tree()
    {
        string marker = Survivors.Marker();
        var watch = Stopwatch.StartNew();
        HardenedProcess process = Start("param($m) Start-HardenedProcess sh -ArgumentList '-c', \"setsid sleep $m & sleep $m\" -Timeout 300ms -Wait", marker);
        Assert.True(process.TimedOut);
        Assert.Equal("SIGKILL", process.Signal);
        Assert.InRange(watch.ElapsedMilliseconds, 300, 3000);
        Assert.Equal(0, Survivors.Count(marker));
    }

    [Fact]
    public void MemoryLimit_holds()
    {
        HardenedProcess process = Start("Start-HardenedProcess python3 -ArgumentList '-c', 'x = b\"a\" * (512 << 20); print(len(x))' -MemoryLimit 96MB -Wait");
        Assert.Equal("", process.StandardOutput);
        HardeningOutcome row = process.Outcome.Single(r => r.Name == "cgroup_memory");
        if (row.Status == OutcomeStatus.Applied)
        {
            Assert.True(process.OutOfMemory);
            Assert.Equal("SIGKILL", process.Signal);
        }
        else
        {
            Assert.Contains("RLIMIT_AS", row.Detail, StringComparison.Ordinal);
            Assert.Contains("MemoryError", process.StandardError, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void CpuTime_ends_what_computes_for_ever()
    {
        HardenedProcess process = Start("Start-HardenedProcess sh -ArgumentList '-c', 'while :; do :; done' -CpuTime 1 -Timeout 20 -Wait");
        Assert.False(process.TimedOut);
        Assert.InRange(process.Usage!.UserTime.TotalSeconds + process.Usage.SystemTime.TotalSeconds, 0.5, 3);
    }

    [Theory]
    [InlineData("-OpenFiles 64", "ulimit -n", "64")]
    [InlineData("-ResourceLimit @{ stack = '4MB' }", "ulimit -s", "4096")]
    [InlineData("-ResourceLimit @{ cpu = 'max(2 * timeout, 2)' } -Timeout 5", "ulimit -t", "10")]
    [InlineData("-FileSize 1MB", "ulimit -f", "2048")] // dash counts blocks of 512 bytes
    public void Limits_reach_the_program(string parameters, string ask, string answer) =>
        Assert.Equal(answer + "\n", Start($"Start-HardenedProcess dash -ArgumentList '-c', '{ask}' {parameters} -Wait").StandardOutput);

    [Fact]
    public void OutputLimit_keeps_head_and_tail_and_counts_the_rest()
    {
        HardenedProcess process = Start("Start-HardenedProcess python3 -ArgumentList '-c', 'import sys; sys.stdout.write(\"h\" * 500 + \"m\" * 9000 + \"t\" * 500)' -OutputLimit 1000 -Wait");
        Assert.True(process.OutputTruncated);
        Assert.Equal(9000, process.DroppedOutputBytes);
        Assert.Equal(new string('h', 500) + "\n[9000 bytes dropped]\n" + new string('t', 500), process.StandardOutput);
    }

    [Fact]
    public void Host_network_is_there_only_when_asked_for()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        const string Connect = "param($p) Start-HardenedProcess python3 -ArgumentList '-c', \"import socket; socket.create_connection(('127.0.0.1', $p)); print('connected')\" -Wait";
        Assert.Contains("ConnectionRefusedError", Start(Connect, port).StandardError, StringComparison.Ordinal);
        HardenedProcess open = Start(Connect + " -Network Host", port);
        Assert.Equal("connected\n", open.StandardOutput);
        Assert.Equal(HardeningLevel.Full, open.Level);
    }
}
