using System.Globalization;
using System.Text;

namespace Sandbox.Capture;

/// <summary>Reads pcapng files: both byte orders, any number of sections and interfaces; blocks and options that it doesn't know are skipped.</summary>
internal sealed partial class PcapngReader : FrameReader
{
    private const uint ByteOrder = 0x1A2B3C4D;
    private static readonly List<(int Code, byte[] Value)> None = [];
    private readonly CaptureSource _source;
    private readonly List<TimeScale> _scales = [];
    private byte[] _block = new byte[4096];
    private bool _bigEndian, _over, _typeIsRead;
    private int _first; // the place in Interfaces of the section's interface 0
    private long _offset;

    /// <summary>Begins after the first block type, which told the form.</summary>
    public PcapngReader(CaptureSource source) => (_source, _typeIsRead) = (source, true);

    public override RawFrame? Next()
    {
        while (!_over)
        {
            try
            {
                if (!ReadBlock(out var type, out var length)) break;
                var body = new ByteView(_block.AsSpan(0, length), _bigEndian);
                switch (type)
                {
                    case PcapngBlock.Section: Section(body); break;
                    case PcapngBlock.Interface: Interface(body); break;
                    case PcapngBlock.EnhancedPacket: return Enhanced(body);
                    case PcapngBlock.ObsoletePacket: return Obsolete(body);
                    case PcapngBlock.SimplePacket: return Simple(body);
                    case PcapngBlock.Statistics: Statistics(body); break;
                    case PcapngBlock.Custom or PcapngBlock.CustomNotCopied: Custom(body); break;
                }
            }
            catch (SandboxException)
            {
                _over = true; // the place of the next block isn't known
                throw;
            }
        }

        _over = true;
        return null;
    }

    // Type, total length, body, total length once more. The body stays in _block.
    private bool ReadBlock(out PcapngBlock type, out int length)
    {
        Span<byte> head = stackalloc byte[12];
        (type, length) = (PcapngBlock.Section, 0);
        _offset = _source.Offset - (_typeIsRead ? 4 : 0);
        if (!_typeIsRead)
        {
            var count = _source.Read(head[..4]);
            if (count < 4) return Cut(count > 0);
            type = (PcapngBlock)new ByteView(head, _bigEndian).UInt32(0);
        }

        _typeIsRead = false;
        if (_source.Read(head[4..8]) < 4) return Cut(true);
        var taken = 0;
        if (type == PcapngBlock.Section)
        {
            // Its byte order is told by its first field, which comes after the length.
            if (_source.Read(head[8..]) < 4) return Cut(true);
            taken = 4;
            var order = new ByteView(head, bigEndian: true).UInt32(8);
            _bigEndian = order == ByteOrder || (order == System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(ByteOrder) ? false : throw Damage($"0x{order:X8} is no byte order"));
        }

        var total = new ByteView(head, _bigEndian).UInt32(4);
        if (total < 12 || total % 4 != 0 || total > Longest) throw Damage($"a block of {total} bytes can't be");
        length = (int)total - 12;
        if (length < taken) throw Damage("a section of no length");
        if (length + 4 > _block.Length) _block = new byte[Math.Max(length + 4, Math.Min(Longest, _block.Length * 2))];
        head[8..(8 + taken)].CopyTo(_block);
        if (_source.Read(_block.AsSpan(taken, length + 4 - taken)) < length + 4 - taken) return Cut(true);
        var again = new ByteView(_block, _bigEndian).UInt32(length);
        return again == total ? true : throw Damage($"the block's two lengths differ, {total} and {again}");
    }

    private void Section(ByteView body)
    {
        Need(body, 16);
        if (body.UInt16(4) != 1) throw Damage($"version {body.UInt16(4)} of pcapng isn't known");
        _first = Interfaces.Count;
        _processes.Clear(); // another machine's ids are others
        _told.Clear();
        string? hardware = null, system = null, application = null, comment = null;
        foreach (var option in Options(body, 16))
        {
            if (option.Code == PcapngOption.SectionHardware) hardware = Text(option.Value);
            else if (option.Code == PcapngOption.SectionSystem) system = Text(option.Value);
            else if (option.Code == PcapngOption.SectionApplication) application = Text(option.Value);
            else if (option.Code == PcapngOption.Comment) comment = Text(option.Value);
        }

        Sections.Add(new() { Hardware = hardware, OperatingSystem = system, Application = application, Comment = comment });
    }

    private void Interface(ByteView body)
    {
        Need(body, 8);
        var found = new CaptureInterface { LinkType = body.UInt16(0), SnapLength = body.UInt32(4) };
        var scale = TimeScale.Default;
        foreach (var option in Options(body, 8))
        {
            switch (option.Code)
            {
                case PcapngOption.InterfaceName: found = found with { Name = Text(option.Value) }; break;
                case PcapngOption.InterfaceDescription: found = found with { Description = Text(option.Value) }; break;
                case PcapngOption.InterfaceFilter when option.Value is [0, .. var filter]: found = found with { Filter = Text(filter) }; break;
                case PcapngOption.InterfaceSystem: found = found with { OperatingSystem = Text(option.Value) }; break;
                case PcapngOption.InterfaceResolution when option.Value.Length == 1: scale = scale with { TicksPerSecond = TimeScale.Unit(option.Value[0]) }; break;
                case PcapngOption.InterfaceTimeOffset when option.Value.Length == 8: scale = scale with { Offset = (long)new ByteView(option.Value, _bigEndian).UInt64(0) }; break;
            }
        }

        Interfaces.Add(found with { TicksPerSecond = scale.TicksPerSecond });
        _scales.Add(scale);
    }

    private RawFrame Enhanced(ByteView body)
    {
        Need(body, 20);
        var (number, kept) = (Number(body.UInt32(0)), Kept(body, body.UInt32(12), 20));
        var frame = new RawFrame { Interface = number, Time = _scales[number].Convert(body.Time(4)), Length = body.UInt32(16), Data = body.Bytes.Slice(20, kept).ToArray() };
        foreach (var option in Options(body, 20 + ((kept + 3) & ~3)))
        {
            var value = new ByteView(option.Value, _bigEndian);
            switch (option.Code)
            {
                case PcapngOption.Comment: frame = frame with { Comment = Text(option.Value) }; break;
                case PcapngOption.PacketFlags when value.Length == 4: frame = frame with { Flags = value.UInt32(0) }; break;
                case PcapngOption.PacketDrops when value.Length == 8: frame = frame with { Drops = (long)value.UInt64(0) }; break;
                case PcapngOption.PacketProcess when value.Length == 8: frame = frame with { ProcessId = (int)value.UInt32(0), ThreadId = (int)value.UInt32(4) }; break;
            }
        }

        return frame.ProcessId is { } id ? frame with { Process = Process(id, frame.Time) } : frame;
    }

    private RawFrame Obsolete(ByteView body)
    {
        Need(body, 20);
        var (number, kept) = (Number(body.UInt16(0)), Kept(body, body.UInt32(12), 20));
        long? drops = body.UInt16(2) == ushort.MaxValue ? null : body.UInt16(2);
        return new() { Interface = number, Time = _scales[number].Convert(body.Time(4)), Length = body.UInt32(16), Drops = drops is 0 ? null : drops, Data = body.Bytes.Slice(20, kept).ToArray() };
    }

    // It has no time; its kept length is the least of its own, the snap length, and what the block holds.
    private RawFrame Simple(ByteView body)
    {
        Need(body, 4);
        var (number, length) = (Number(0), body.UInt32(0));
        var snap = Interfaces[number].SnapLength;
        var kept = (int)Math.Min(Math.Min(length, body.Length - 4), snap == 0 ? long.MaxValue : snap);
        return new() { Interface = number, Length = length, Data = body.Bytes.Slice(4, kept).ToArray() };
    }

    private void Statistics(ByteView body)
    {
        Need(body, 12);
        var number = Number(body.UInt32(0));
        var found = new CaptureStatistics();
        foreach (var option in Options(body, 12))
        {
            if (option.Value.Length != 8) continue;
            var value = new ByteView(option.Value, _bigEndian);
            found = option.Code switch
            {
                PcapngOption.StatisticsStart => found with { StartTime = PacketTime.Date(_scales[number].Convert(value.Time(0))) },
                PcapngOption.StatisticsEnd => found with { EndTime = PacketTime.Date(_scales[number].Convert(value.Time(0))) },
                PcapngOption.StatisticsReceived => found with { Received = (long)value.UInt64(0) },
                PcapngOption.StatisticsDropped => found with { Dropped = (long)value.UInt64(0) },
                PcapngOption.StatisticsAccepted => found with { Accepted = (long)value.UInt64(0) },
                PcapngOption.StatisticsDelivered => found with { Delivered = (long)value.UInt64(0) },
                _ => found,
            };
        }

        Interfaces[number] = Interfaces[number] with { Statistics = found };
    }

    private List<(int Code, byte[] Value)> Options(ByteView body, int at)
    {
        if (at + 4 > body.Length) return None; // as most packets are
        var found = new List<(int, byte[])>();
        while (at + 4 <= body.Length)
        {
            int code = body.UInt16(at), length = body.UInt16(at + 2);
            if (code == PcapngOption.End) break;
            if (at + 4 + length > body.Length) throw Damage($"an option of {length} bytes doesn't fit its block");
            found.Add((code, body.Bytes.Slice(at + 4, length).ToArray()));
            at += 4 + ((length + 3) & ~3);
        }

        return found;
    }

    private int Number(uint number) => number < Interfaces.Count - _first ? _first + (int)number : throw Damage($"there is no interface {number} in this section");

    private int Kept(ByteView body, uint kept, int at) => kept <= body.Length - at ? (int)kept : throw Damage($"a packet of {kept} bytes doesn't fit its block");

    private void Need(ByteView body, int length)
    {
        if (body.Length < length) throw Damage($"a block with {body.Length} bytes is too short");
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\0');

    private bool Cut(bool within)
    {
        if (within) Truncation = string.Create(CultureInfo.InvariantCulture, $"The file ends within the block at byte {_offset}.");
        return false;
    }

    private SandboxException Damage(FormattableString what) => CaptureError.Damaged(_source.Path, _offset, what.ToString(CultureInfo.InvariantCulture));

    private SandboxException Damage(string what) => CaptureError.Damaged(_source.Path, _offset, what);
}
