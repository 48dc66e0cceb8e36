using System.Globalization;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>What is lost of bursts, and that it is counted to the last packet. The kernel's tap is on the sending end, before anything else can lose one.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class CaptureLossTests : IDisposable
{
    private readonly ScratchDirectory _directory = new();
    private readonly TestNetwork _network = new();

    private string File => _directory.At("burst.pcapng");

    public void Dispose()
    {
        _network.Dispose();
        _directory.Dispose();
    }

    // The ring holds all of it: nothing may be lost however late the capture's thread gets a processor.
    [Fact]
    public void A_burst_of_small_frames_is_in_the_file_to_the_last()
    {
        const int Count = 100_000;
        using var capture = PacketCapture.Start(new() { Interface = "va", NetworkNamespace = _network.Name, BufferSize = 32 << 20 }, File, new(), null);
        _network.Send(Count, size: 22); // frames of 64 bytes
        capture.Stop();
        Assert.Equal(((long)Count, (long)Count, 0L, 0L), (capture.Received, capture.Written, capture.Filtered, capture.Dropped));
        Assert.Equal(Count, Packets(File));
        Assert.Equal(((long)Count, 0L, (long)Count), Totals(File));
        Assert.Equal(["64|64"], CaptureTool.Fields(File, "frame.len", "frame.cap_len").Distinct());
    }

    [Fact]
    public void Packets_that_a_full_ring_lost_are_counted_exactly_and_told_at_the_next_one()
    {
        const int Count = 5000;
        using var sink = new StallingSink(new FileSink(File, new(), CaptureHost.Section(null), immediate: false));
        var loop = CaptureLoop.Start(new() { Interface = "va", NetworkNamespace = _network.Name, BufferSize = 1 << 18 }, sink);
        try
        {
            _network.Send(Count, size: 1000);
            sink.Go();
            Assert.True(ProcessState.Eventually(() => loop.Counts is { Received: Count } counts && counts.Written + counts.Dropped == Count), loop.Counts.ToString());
            _network.Send(1, from: Count);
        }
        finally
        {
            sink.Go();
            loop.RequestStop();
            Assert.True(loop.Join(TimeSpan.FromSeconds(10)));
        }

        Assert.Null(loop.Failure);
        var (received, written, filtered, dropped) = loop.Counts;
        Assert.Equal((Count + 1L, 0L), (received, filtered));
        Assert.InRange(dropped, Count / 2, Count - 1); // a ring of 256 KiB holds at most 250 of them
        Assert.Equal(received, written + filtered + dropped);
        Assert.Equal(written, Packets(File));
        Assert.Equal((received, dropped, written), Totals(File));
        Assert.Equal(dropped, CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-r", File, "-Y", "frame.drop_count", "-T", "fields", "-e", "frame.drop_count")).Sum(l => long.Parse(l, CultureInfo.InvariantCulture)));
    }

    private static long Packets(string file) => long.Parse(CaptureTool.Run("capinfos", "-c", "-M", "-T", "-r", file).Split('\t')[^1], CultureInfo.InvariantCulture);

    private static (long Received, long Dropped, long Delivered) Totals(string file)
    {
        var values = CaptureTool.StatisticsBlock(file);
        return (values[4], values[5], values[8]); // isb_ifrecv, isb_ifdrop, isb_usrdeliv
    }
}
