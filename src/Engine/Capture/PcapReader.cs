using System.Globalization;

namespace Sandbox.Capture;

/// <summary>Reads classic pcap files: both byte orders, microseconds and nanoseconds (draft-ietf-opsawg-pcap).</summary>
internal sealed class PcapReader : FrameReader
{
    public const uint Micro = 0xA1B2C3D4, Nano = 0xA1B23C4D;
    private readonly CaptureSource _source;
    private readonly bool _bigEndian;
    private readonly uint _unit;
    private readonly byte[] _header = new byte[20];
    private bool _over;

    public PcapReader(CaptureSource source, bool bigEndian, bool nanoseconds)
    {
        (_source, _bigEndian, _unit) = (source, bigEndian, nanoseconds ? 1U : 1000U);
        if (source.Read(_header) < 20)
        {
            (_over, Truncation) = (true, "The file ends within its header.");
            return;
        }

        var view = new ByteView(_header, bigEndian);
        if (view.UInt16(0) != 2) throw CaptureError.NoCapture(source.Path, string.Create(CultureInfo.InvariantCulture, $"version {view.UInt16(0)} of pcap isn't known"));
        // The upper bits of the last field tell of a checksum at the frames' end.
        Interfaces.Add(new() { LinkType = view.UInt16(_bigEndian ? 18 : 16), SnapLength = view.UInt32(12), TicksPerSecond = nanoseconds ? 1e9 : 1e6 });
    }

    public override RawFrame? Next()
    {
        if (_over) return null;
        var start = _source.Offset;
        var header = _header.AsSpan(0, 16);
        var count = _source.Read(header);
        if (count < 16) return Cut(count == 0 ? null : start);
        var view = new ByteView(header, _bigEndian);
        var kept = view.UInt32(8);
        if (kept > Longest)
        {
            _over = true;
            throw CaptureError.Damaged(_source.Path, start, string.Create(CultureInfo.InvariantCulture, $"a packet of {kept} bytes can't be"));
        }

        var data = new byte[kept];
        if (_source.Read(data) < kept) return Cut(start);
        return new() { Time = (view.UInt32(0) * 1_000_000_000L) + (view.UInt32(4) * (long)_unit), Length = view.UInt32(12), Data = data };
    }

    private RawFrame? Cut(long? at)
    {
        _over = true;
        if (at is { } offset) Truncation = string.Create(CultureInfo.InvariantCulture, $"The file ends within the packet at byte {offset}.");
        return null;
    }
}
