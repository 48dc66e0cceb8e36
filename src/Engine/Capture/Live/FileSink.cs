using System.Globalization;

namespace Sandbox.Capture;

/// <summary>Writes packets into a file, or into a row of files.</summary>
internal sealed class FileSink : ICaptureSink
{
    private readonly string _path;
    private readonly CaptureRotation _rotation;
    private readonly CaptureSection _section;
    private readonly bool _immediate;
    private readonly List<string> _files = [];
    private readonly Lock _listing = new();
    private CaptureInterface _interface = new();
    private PcapngWriter? _writer;
    private long _started, _opened, _closedPackets, _closedDrops, _closedBytes, _drops, _unplaced, _namesMark;
    private int _number;

    public FileSink(string path, CaptureRotation rotation, CaptureSection section, bool immediate) =>
        (_path, _rotation, _section, _immediate) = (path, rotation, section, immediate);

    /// <summary>What the file says of the interface, where that is something else than the interface does.</summary>
    public Func<CaptureInterface, CaptureInterface>? Describe { get; init; }

    /// <summary>What learns the names of addresses from the packets; null where nothing does.</summary>
    public FlowTable? Flows { get; init; }

    /// <summary>Where the keys of TLS come from; null for nowhere.</summary>
    public TlsKeyLog? Keys { get; init; }

    /// <summary>The files that there are, oldest first.</summary>
    public IReadOnlyList<string> Files
    {
        get
        {
            lock (_listing) return [.. _files];
        }
    }

    public long Written => _closedPackets + (_writer?.Packets ?? 0);

    public long Lost => _unplaced + (_writer?.Lost ?? 0);

    /// <summary>The bytes of all files that were written, also of those that are gone again.</summary>
    public long Bytes { get; private set; }

    public void Begin(CaptureInterface description)
    {
        _interface = Describe?.Invoke(description) ?? description;
        if (_rotation.IsOn && Existing() is { } file)
        {
            throw new SandboxException("PacketCapture,FILE_EXISTS", SandboxErrorKind.ResourceExists, $"{file} exists.", "Give a new path, or remove the files of the capture before: captures neither replace nor extend files.");
        }

        try
        {
            Open();
        }
        catch
        {
            Discard();
            throw;
        }
    }

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data)
    {
        if (_rotation.Size is { } most && _writer!.Length >= most && _writer.Packets + _writer.Waiting > 0)
        {
            _unplaced = 1; // should there be no next file
            Rotate();
            _unplaced = 0;
        }

        _drops += frame.Drops;
        if (frame.Process is { } process) _writer!.Process(process);
        _writer!.Packet(0, frame.Time, frame.Length, data, FrameNote.Of(frame));
    }

    public void Idle()
    {
        _writer!.FlushIfDue();
        if (_rotation.Time is { } time && Environment.TickCount64 - _opened >= time.TotalMilliseconds) Rotate();
        Bytes = Math.Max(Bytes, _closedBytes + _writer.Durable);
    }

    public void Settle() => _writer?.Flush();

    public void End(CaptureCounts counts)
    {
        if (_writer is null) return; // the next file couldn't be made
        using var writer = _writer;
        NameBlocks.Write(writer, Flows, _namesMark);
        // What earlier files hold is in theirs.
        var (received, dropped) = (counts.Received - _closedPackets - _closedDrops, counts.Dropped - _closedDrops);
        Statistics(writer, received, dropped, received - counts.Filtered);
        Bytes = _closedBytes + writer.Durable;
        Keys?.Dispose();
    }

    /// <summary>Takes back the beginning.</summary>
    public void Discard()
    {
        _writer?.Dispose();
        _writer = null;
        foreach (var file in Files) File.Delete(file);
        lock (_listing) _files.Clear();
    }

    private void Rotate()
    {
        using (var old = _writer!)
        {
            old.Flush();
            NameBlocks.Write(old, Flows, _namesMark);
            Statistics(old, old.Packets + _drops, _drops, old.Packets + _drops);
            (_closedPackets, _closedDrops, _closedBytes) = (_closedPackets + old.Packets, _closedDrops + _drops, _closedBytes + old.Durable);
            _writer = null;
        }

        _drops = 0;
        Open();
        lock (_listing)
        {
            while (_rotation.Files is { } most && _files.Count > most)
            {
                File.Delete(_files[0]);
                _files.RemoveAt(0);
            }
        }
    }

    private void Open()
    {
        var path = _rotation.IsOn ? Numbered((++_number).ToString("00000", CultureInfo.InvariantCulture)) : _path;
        var writer = new PcapngWriter(path, _section, _immediate) { Keys = Keys };
        lock (_listing) _files.Add(path);
        _writer = writer;
        (_started, _opened) = (PacketTime.Of(DateTimeOffset.UtcNow), Environment.TickCount64);
        _namesMark = Flows?.NamesMark ?? 0;
        writer.Interface(_interface);
    }

    private void Statistics(PcapngWriter writer, long received, long dropped, long accepted) =>
        writer.Statistics(0, _started, PacketTime.Of(DateTimeOffset.UtcNow), (ulong)received, (ulong)dropped, (ulong)accepted, (ulong)writer.Packets);

    private string Numbered(string number) =>
        Path.Combine(Path.GetDirectoryName(_path) ?? "", $"{Path.GetFileNameWithoutExtension(_path)}_{number}{Path.GetExtension(_path)}");

    private string? Existing()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        return Directory.Exists(directory) ? Directory.EnumerateFiles(directory, Path.GetFileName(Numbered("?????"))).FirstOrDefault() : null;
    }
}
