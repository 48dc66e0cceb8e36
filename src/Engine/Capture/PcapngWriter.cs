using System.Net;
using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>
/// Writes a pcapng file. Blocks reach the file whole and in order, so that it can be read at any moment, also after a SIGKILL: to the
/// last whole block. It belongs to one thread.
/// </summary>
internal sealed partial class PcapngWriter : IDisposable
{
    private const uint ByteOrder = 0x1A2B3C4D, TlsKeyLogType = 0x544C534B;
    private const int EnoughToWrite = 1 << 16;
    private const long Patience = 150;
    private readonly BlockBuffer _buffer = new();
    private readonly FileDescriptor _file;
    private readonly bool _immediate;
    private long _waiting;
    private long _flushed = Environment.TickCount64;
    private bool _broken;

    /// <summary>Makes the file and writes its header.</summary>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="section">The machine and program.</param>
    /// <param name="immediate">Whether every packet is written at once.</param>
    /// <exception cref="SandboxException">The file exists or can't be made.</exception>
    public PcapngWriter(string path, CaptureSection section, bool immediate = false)
    {
        (Path, _immediate) = (path, immediate);
        _file = Create(path);
        try
        {
            Section(section);
            Flush();
        }
        catch
        {
            _file.Dispose();
            File.Delete(path); // it was made above, and nothing of use is in it
            throw;
        }
    }

    public string Path { get; }

    /// <summary>How many bytes are in the file or wait for it.</summary>
    public long Length => Durable + _buffer.Length;

    /// <summary>How many bytes are in the file.</summary>
    public long Durable { get; private set; }

    /// <summary>How many packets are in the file.</summary>
    public long Packets { get; private set; }

    /// <summary>How many packets wait for the file.</summary>
    public long Waiting => _waiting;

    /// <summary>Packets that were taken and couldn't be written, because the file failed.</summary>
    public long Lost => _broken ? _waiting : 0;

    /// <summary>Adds an interface; packets name it by the number that is its place, from 0.</summary>
    public void Interface(CaptureInterface description)
    {
        _buffer.Begin(PcapngBlock.Interface);
        _buffer.UInt16((ushort)description.LinkType);
        _buffer.UInt16(0);
        _buffer.UInt32((uint)description.SnapLength);
        _buffer.Option(PcapngOption.InterfaceName, description.Name);
        _buffer.Option(PcapngOption.InterfaceDescription, description.Description);
        _buffer.Option(PcapngOption.InterfaceResolution, [9]);
        if (description.Filter is { Length: > 0 } filter) _buffer.Option(PcapngOption.InterfaceFilter, "\0" + filter); // 0: in the language of libpcap
        _buffer.Option(PcapngOption.InterfaceSystem, description.OperatingSystem);
        _buffer.EndOfOptions();
        _buffer.End();
        Flush();
    }

    /// <summary>Adds a packet.</summary>
    public void Packet(int number, long time, uint length, ReadOnlySpan<byte> data, in FrameNote note = default)
    {
        if (note.IsFlagsAtMost)
        {
            _buffer.Packet(number, time, length, data, note.Flags);
        }
        else
        {
            _buffer.Begin(PcapngBlock.EnhancedPacket);
            _buffer.UInt32((uint)number);
            _buffer.Time(time);
            _buffer.UInt32((uint)data.Length);
            _buffer.UInt32(length);
            _buffer.Padded(data);
            Note(note);
            _buffer.End();
        }

        _waiting++;
        if (_immediate || _buffer.Length >= EnoughToWrite) Flush();
    }

    /// <summary>Adds what was counted of an interface.</summary>
    public void Statistics(int number, long start, long end, ulong received, ulong dropped, ulong accepted, ulong delivered)
    {
        _buffer.Begin(PcapngBlock.Statistics);
        _buffer.UInt32((uint)number);
        _buffer.Time(end);
        TimeOption(PcapngOption.StatisticsStart, start);
        TimeOption(PcapngOption.StatisticsEnd, end);
        _buffer.Option(PcapngOption.StatisticsReceived, received);
        _buffer.Option(PcapngOption.StatisticsDropped, dropped);
        _buffer.Option(PcapngOption.StatisticsAccepted, accepted);
        _buffer.Option(PcapngOption.StatisticsDelivered, delivered);
        _buffer.EndOfOptions();
        _buffer.End();
        Flush();
    }

    /// <summary>Adds names of addresses.</summary>
    public void Names(IEnumerable<(IPAddress Address, string Name)> names)
    {
        _buffer.Begin(PcapngBlock.Names);
        foreach (var (address, name) in names)
        {
            byte[] record = [.. address.GetAddressBytes(), .. Encoding.UTF8.GetBytes(name), 0];
            _buffer.Option(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 1 : 2, record); // a record has an option's form
        }

        _buffer.UInt32(0);
        _buffer.End();
        Flush();
    }

    /// <summary>Adds the content of an SSLKEYLOGFILE; the packets that need it come later.</summary>
    public void Secrets(ReadOnlySpan<byte> keyLog)
    {
        SecretsBlock(_buffer, keyLog);
        Flush();
    }

    /// <summary>Writes what has waited long enough; called at least every 50 ms, it keeps the file at most 200 ms behind.</summary>
    public void FlushIfDue()
    {
        if (_buffer.Length > 0 && Environment.TickCount64 - _flushed >= Patience) Flush();
    }

    /// <summary>Writes what waits.</summary>
    /// <exception cref="ErrnoException">The file can't take it; it ends at its last whole block then, and takes nothing more.</exception>
    public void Flush()
    {
        if (_broken) return;
        WriteKeys();
        Write(_buffer.Bytes);
        Durable += _buffer.Length;
        _buffer.Clear();
        Packets += _waiting;
        _waiting = 0;
        _flushed = Environment.TickCount64;
    }

    /// <summary>Closes the file; what still waits is written first where it can be.</summary>
    public void Dispose()
    {
        if (_file.IsClosed) return;
        try
        {
            Flush();
        }
        catch (ErrnoException)
        {
            // Whoever wants to know flushes before.
        }

        _file.Dispose();
    }

    private static void SecretsBlock(BlockBuffer into, ReadOnlySpan<byte> keyLog)
    {
        into.Begin(PcapngBlock.Secrets);
        into.UInt32(TlsKeyLogType);
        into.UInt32((uint)keyLog.Length);
        into.Padded(keyLog);
        into.End();
    }

    private unsafe void Write(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            long written;
            fixed (byte* bytes = rest) written = LibC.write(_file.Number, bytes, rest.Length);
            if (written < 0)
            {
                var errno = (int)LibC.errno;
                if (errno == Errno.EINTR) continue;
                _broken = true;
                _ = LibC.ftruncate(_file.Number, Durable); // no half block; where it fails, readers report the cut
                throw new ErrnoException("write", errno, Path);
            }

            rest = rest[(int)written..];
        }
    }

    private static FileDescriptor Create(string path)
    {
        try
        {
            // Not through a link, and for the owner's eyes: captures hold secrets.
            return FileDescriptor.Open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL, 0x180 /* 0600 */);
        }
        catch (ErrnoException e) when (e.Errno == Errno.EEXIST)
        {
            throw new SandboxException("PacketCapture,FILE_EXISTS", SandboxErrorKind.ResourceExists, $"{path} exists.", "Give a new path, or remove the file: captures neither replace nor extend files.", e);
        }
    }

    private void Section(CaptureSection section)
    {
        _buffer.Begin(PcapngBlock.Section);
        _buffer.UInt32(ByteOrder);
        _buffer.UInt16(1);
        _buffer.UInt16(0);
        _buffer.UInt64(ulong.MaxValue); // the section's length isn't known
        _buffer.Option(PcapngOption.SectionHardware, section.Hardware);
        _buffer.Option(PcapngOption.SectionSystem, section.OperatingSystem);
        _buffer.Option(PcapngOption.SectionApplication, section.Application);
        _buffer.Option(PcapngOption.Comment, section.Comment);
        _buffer.EndOfOptions();
        _buffer.End();
    }

    private void Note(in FrameNote note)
    {
        Span<byte> value = stackalloc byte[8];
        if (note.Flags is { } flags)
        {
            BitConverter.TryWriteBytes(value, flags);
            _buffer.Option(PcapngOption.PacketFlags, value[..4]);
        }

        if (note.Drops > 0) _buffer.Option(PcapngOption.PacketDrops, note.Drops);
        if (note.Owner is { } owner)
        {
            BitConverter.TryWriteBytes(value, owner.Process);
            BitConverter.TryWriteBytes(value[4..], owner.Thread);
            _buffer.Option(PcapngOption.PacketProcess, value);
        }

        _buffer.Option(PcapngOption.Comment, note.Comment);
        _buffer.EndOfOptions();
    }

    private void TimeOption(int code, long time)
    {
        _buffer.UInt16((ushort)code);
        _buffer.UInt16(8);
        _buffer.Time(time);
    }
}
