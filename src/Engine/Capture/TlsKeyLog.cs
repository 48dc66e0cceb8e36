using System.Buffers;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Capture;

/// <summary>
/// The keys of an SSLKEYLOGFILE (draft-ietf-tls-keylogfile) that are added to it while a capture runs. The file may be made later, and by a
/// program that isn't trusted: nothing but whole lines that are keys is taken from it. It belongs to the capture's thread.
/// </summary>
internal sealed class TlsKeyLog : IDisposable
{
    private const int LongestLine = 1024, Most = 64 << 20, SeekEnd = 2;
    private const long OpenAgain = 50;
    private static readonly SearchValues<byte> Label = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private readonly string _path;
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly byte[] _chunk = new byte[1 << 16];
    private FileDescriptor? _file;
    private long _offset, _tried;
    private int _rest;
    private bool _skips, _closed;

    /// <summary>Begins at the file's end; one that isn't there yet is taken from its beginning once it is.</summary>
    /// <exception cref="ErrnoException">It is there and can't be read.</exception>
    public TlsKeyLog(string path)
    {
        _path = path;
        try
        {
            _file = Open();
            _offset = Size();
        }
        catch (ErrnoException e) when (e.Errno == Errno.ENOENT)
        {
            // made later
        }
    }

    /// <summary>How many keys were taken.</summary>
    public long Keys { get; private set; }

    /// <summary>How many keys weren't, because there were more than 64 MiB.</summary>
    public long Lost { get; private set; }

    /// <summary>The lines so far, each with its end.</summary>
    public ReadOnlySpan<byte> Lines => _lines.WrittenSpan;

    /// <summary>Takes what was added.</summary>
    public unsafe void Poll()
    {
        if (_closed || (_file is null && !TryOpen())) return;
        var size = Size();
        if (size < _offset) (_offset, _rest, _skips) = (0, 0, false); // begun anew
        while (size > _offset)
        {
            long count;
            fixed (byte* at = _chunk) count = (long)LibC.pread(_file!.Number, at + _rest, _chunk.Length - _rest, _offset);
            if (count <= 0) return; // it says so where it is asked again
            _offset += count;
            Take((int)count + _rest);
        }
    }

    public void Dispose()
    {
        _closed = true;
        _file?.Dispose();
    }

    private static bool IsKey(ReadOnlySpan<byte> line)
    {
        // LABEL, the client's random, the secret
        var (first, last) = (line.IndexOf((byte)' '), line.LastIndexOf((byte)' '));
        return line.Length <= LongestLine && first > 0 && last > first + 1 && last < line.Length - 1 && line[..first].IndexOfAnyExcept(Label) < 0
            && line[(first + 1)..last].IndexOfAnyExcept(Hex) < 0 && line[(last + 1)..].IndexOfAnyExcept(Hex) < 0;
    }

    private void Take(int length)
    {
        var text = _chunk.AsSpan(0, length);
        while (text.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = text[..end].TrimEnd((byte)'\r');
            if (!_skips && IsKey(line)) Keep(line);
            _skips = false;
            text = text[(end + 1)..];
        }

        if (text.Length > LongestLine)
        {
            (_skips, _rest) = (true, 0); // no key is so long; what is left of it is no line of its own
            return;
        }

        text.CopyTo(_chunk);
        _rest = text.Length;
    }

    private void Keep(ReadOnlySpan<byte> line)
    {
        if (_lines.WrittenCount + line.Length >= Most)
        {
            Lost++;
            return;
        }

        _lines.Write(line);
        _lines.Write("\n"u8);
        Keys++;
    }

    private bool TryOpen()
    {
        if (Environment.TickCount64 - _tried < OpenAgain) return false;
        _tried = Environment.TickCount64;
        try
        {
            _file = Open();
            return true;
        }
        catch (ErrnoException)
        {
            return false; // not there yet, or nothing that can be read: the count of keys says so
        }
    }

    // Not through a link, and without waiting for the other end of a pipe.
    private FileDescriptor Open() => FileDescriptor.Open(_path, LibC.O_RDONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK);

    private long Size() => Math.Max(0, (long)LibC.lseek(_file!.Number, 0, SeekEnd));
}
