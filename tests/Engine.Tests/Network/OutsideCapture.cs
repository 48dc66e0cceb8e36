using System.Diagnostics;
using Sandbox.Tests.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>What tcpdump sees on an interface outside of any sandbox, from its making to <see cref="End"/>.</summary>
public sealed class OutsideCapture : IDisposable
{
    private readonly ScratchDirectory _directory = new();
    private readonly Process _tcpdump;

    internal OutsideCapture(Func<string[], Process> start, string link)
    {
        Host.HostOracle.Require("tcpdump");
        _tcpdump = start(["sh", "-c", "exec tcpdump -i \"$1\" -s 0 -U --immediate-mode -Z root -w \"$2\" 2>&1", "sh", link, File]);
        var said = new List<string?>();
        do said.Add(_tcpdump.StandardOutput.ReadLine());
        while (said[^1] is { } line && !line.Contains("listening on", StringComparison.Ordinal));
        Assert.True(said[^1] is not null, string.Join('\n', said));
    }

    private string File => _directory.At("outside.pcap");

    /// <summary>Ends it. Packets take a moment from the interface to the file.</summary>
    public OutsideCapture End()
    {
        Thread.Sleep(200);
        CaptureTool.Run("kill", "-INT", $"{_tcpdump.Id}");
        Assert.True(_tcpdump.WaitForExit(20_000));
        return this;
    }

    /// <summary>How many packets that match are in its file by now.</summary>
    public int Arrived(string filter) => CaptureTool.Lines(CaptureTool.Try("tcpdump", "-nn", "-r", File, filter).Output).Length; // the last may be half written

    /// <summary>The packets that match, a line for each.</summary>
    public string[] Seen(string filter) => CaptureTool.Lines(CaptureTool.Run("tcpdump", "-nn", "-r", File, filter));

    public void Dispose() => _directory.Dispose();
}
