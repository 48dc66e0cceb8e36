namespace Sandbox.Capture;

/// <summary>The bytes of a capture file, in order, with the place where they are; also of a pipe, which has no length.</summary>
internal sealed class CaptureSource : IDisposable
{
    private readonly Stream _stream;

    public CaptureSource(string path)
    {
        Path = path;
        try
        {
            // Read-write sharing takes no lock: the writer may still be at it.
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CaptureError.Unreadable(path, e);
        }
    }

    public string Path { get; }

    /// <summary>Where the next byte is.</summary>
    public long Offset { get; private set; }

    /// <summary>Fills the span as far as the file goes.</summary>
    /// <returns>How many bytes there were.</returns>
    public int Read(Span<byte> into)
    {
        try
        {
            var count = _stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
            Offset += count;
            return count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CaptureError.Unreadable(Path, e); // a directory opens and can't be read
        }
    }

    public void Dispose() => _stream.Dispose();
}
