using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>Reads capture files, pcapng and pcap, of any machine, also while they are being written.</summary>
public sealed class CaptureFileReader : IDisposable
{
    private readonly CaptureSource _source;
    private readonly FrameReader? _reader;

    /// <summary>Opens a file.</summary>
    /// <exception cref="SandboxException">It can't be read, or is no capture file.</exception>
    public CaptureFileReader(string path)
    {
        _source = new(path);
        try
        {
            _reader = Detect(out var format);
            Format = format;
        }
        catch
        {
            _source.Dispose();
            throw;
        }
    }

    /// <summary>pcapng or pcap.</summary>
    public string Format { get; }

    /// <summary>What is missing at the end, once that was reached; null for a whole file.</summary>
    public string? Truncation => _reader is null ? "The file is empty." : _reader.Truncation;

    /// <summary>The packets that come next.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <exception cref="SandboxException">The file is damaged; it names the file and the byte. All packets before that place came.</exception>
    public IEnumerable<PacketRecord> Read(FrameFilter? filter = null)
    {
        foreach (var frame in Frames().Where(f => filter is null || filter.Passes(f.Data, LinkType(f)))) yield return PacketDissector.Dissect(frame, _reader!.Interfaces[frame.Interface].Name, _reader.Interfaces[frame.Interface].LinkType);
    }

    /// <summary>Sums a file up.</summary>
    /// <exception cref="SandboxException">It can't be read, is no capture file, or is damaged.</exception>
    public static CaptureFile Summarize(string path)
    {
        using var reader = new CaptureFileReader(path);
        var counts = new List<long>();
        long bytes = 0, first = long.MaxValue, last = long.MinValue;
        foreach (var frame in reader.Frames())
        {
            while (counts.Count <= frame.Interface) counts.Add(0);
            counts[frame.Interface]++;
            bytes += frame.Length;
            (first, last) = (Math.Min(first, frame.Time), Math.Max(last, frame.Time));
        }

        var interfaces = reader._reader?.Interfaces.Select((i, number) => i with { Packets = number < counts.Count ? counts[number] : 0 }).ToArray() ?? [];
        var told = interfaces.Where(i => i.Statistics?.Dropped is not null).ToArray();
        return new()
        {
            Path = path, Format = reader.Format, Packets = counts.Sum(), Bytes = bytes, Interfaces = interfaces, Sections = reader._reader?.Sections ?? [], Processes = reader._reader?.Processes ?? [], Truncation = reader.Truncation,
            Dropped = told.Length == 0 ? null : told.Sum(i => i.Statistics!.Dropped),
            StartTime = counts.Count == 0 ? null : PacketTime.Date(first), EndTime = counts.Count == 0 ? null : PacketTime.Date(last),
        };
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _source.Dispose();

    internal int LinkType(in RawFrame frame) => _reader!.Interfaces[frame.Interface].LinkType;

    internal IEnumerable<RawFrame> Frames()
    {
        while (_reader?.Next() is { } frame) yield return frame;
    }

    private FrameReader? Detect(out string format)
    {
        Span<byte> magic = stackalloc byte[4];
        var count = _source.Read(magic);
        format = "pcapng";
        if (count == 0) return null; // as a capture leaves it that was killed before its header
        if (count < 4) throw CaptureError.NoCapture(_source.Path, "it is too short for a capture file");
        var number = BinaryPrimitives.ReadUInt32BigEndian(magic);
        if (number == (uint)PcapngBlock.Section) return new PcapngReader(_source);
        format = "pcap";
        return number switch
        {
            PcapReader.Micro => new PcapReader(_source, bigEndian: true, nanoseconds: false),
            PcapReader.Nano => new PcapReader(_source, bigEndian: true, nanoseconds: true),
            0xD4C3B2A1 => new PcapReader(_source, bigEndian: false, nanoseconds: false),
            0x4D3CB2A1 => new PcapReader(_source, bigEndian: false, nanoseconds: true),
            _ => throw CaptureError.NoCapture(_source.Path, $"0x{number:X8} is neither of pcapng nor of pcap"),
        };
    }
}
