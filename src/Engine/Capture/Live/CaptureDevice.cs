using System.Runtime.InteropServices;
using Sandbox.Native;
using SharpPcap;
using SharpPcap.LibPcap;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>An open ring of libpcap. It belongs to the thread that opened it.</summary>
internal sealed class CaptureDevice : LibPcapLiveDevice
{
    /// <summary>After so long the kernel hands over a block of the ring that isn't full.</summary>
    public const int HandOver = 50;

    // Nanoseconds of a fraction. SharpPcap asks libpcap for it at every reading, which costs as much as a packet.
    private long _fraction;

    private CaptureDevice(PcapInterface pcapInterface)
        : base(pcapInterface)
    {
    }

    /// <summary>What came, and what of it was lost, since it was opened.</summary>
    public long Received { get; private set; }

    public long Dropped { get; private set; }

    /// <summary>Opens an interface of the calling thread's network namespace.</summary>
    public static CaptureDevice Open(PcapInterface found, PacketCaptureOptions options)
    {
        var device = new CaptureDevice(found);
        // Not libpcap's immediate mode: its ring has a slot of the snap length for every packet, so that a ring of 16 MiB holds 63 of them.
        string? weaker = null;
        var configuration = new DeviceConfiguration
        {
            Mode = DeviceModes.Promiscuous, ReadTimeout = options.Immediate ? 1 : HandOver, Snaplen = options.SnapLength, BufferSize = (int)options.BufferSize,
            TimestampResolution = SharpPcap.TimestampResolution.Nanosecond,
        };
        configuration.ConfigurationFailed += (_, e) => weaker = e.Property == nameof(configuration.TimestampResolution) ? weaker : $"{e.Property}: {e.Message}";
        try
        {
            device.Open(configuration);
            if (weaker is not null) throw CaptureFailure.Start(found.Name, weaker);
            device.NonBlockingMode = true;
            device._fraction = device.TimestampResolution == SharpPcap.TimestampResolution.Nanosecond ? 1 : 1000;
            if (options.Filter is { Length: > 0 } filter) device.SetCheckedFilter(filter);
            return device;
        }
        catch (PcapException e)
        {
            var failure = CaptureFailure.Start(found.Name, e.Error, device.Opened || !device.Handle.IsInvalid ? device.LastError : e.Message);
            device.Close();
            throw failure;
        }
        catch
        {
            device.Close();
            throw;
        }
    }

    /// <summary>The next packet of the ring, or false where none waits. The bytes are valid until the next call.</summary>
    public unsafe bool Next(out long time, out uint length, out ReadOnlySpan<byte> data)
    {
        nint header = 0, bytes = 0;
        (time, length) = (0, 0);
        data = default;
        var result = GetNextPacketPointers(ref header, ref bytes);
        if (result == 0) return false;
        if (result < 0) throw CaptureFailure.Broken(Name, LastError);
        var fields = (Header*)header;
        time = (fields->Seconds * 1_000_000_000) + (fields->Fraction * _fraction);
        length = fields->Length;
        data = new((void*)bytes, (int)fields->Kept);
        return true;
    }

    /// <summary>Waits until packets are handed over, the other descriptor is readable, or the time is over.</summary>
    public unsafe void Wait(FileDescriptor wake, int milliseconds)
    {
        var polls = stackalloc pollfd[] { new() { fd = FileDescriptor, events = (short)LibC.POLLIN }, new() { fd = wake.Number, events = (short)LibC.POLLIN } };
        PollEvents.Wait(polls, 2, milliseconds);
    }

    /// <summary>Lets nothing more into the ring.</summary>
    public void Refuse() => PacketSocket.RefuseAll(FileDescriptor);

    /// <summary>Asks the kernel for its counters. libpcap isn't asked: each reading takes them from the other, and SharpPcap mistakes one for another.</summary>
    public void Count()
    {
        var (received, dropped) = PacketSocket.Count(FileDescriptor);
        Received += received;
        Dropped += dropped;
    }

    private void SetCheckedFilter(string filter)
    {
        try
        {
            Filter = filter;
        }
        catch (PcapException e)
        {
            throw CaptureFailure.Filter(filter, e.Message);
        }
    }

    // struct pcap_pkthdr on 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Header
    {
        public readonly long Seconds;
        public readonly long Fraction;
        public readonly uint Kept;
        public readonly uint Length;
    }
}
