using System.Collections.Concurrent;
using System.Text;
using Sandbox.Denials;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Tests.Denials;

/// <summary>A made kernel log whose reads give what a test says: records, or errnos.</summary>
internal sealed class FakeKmsg : IKmsgDevice
{
    private readonly ConcurrentQueue<(byte[]? Record, int Errno)> _reads = new();
    private readonly FileDescriptor _write;

    public FakeKmsg() => (File, _write) = FileDescriptor.Pipe();

    public FileDescriptor File { get; }

    public int Reads { get; private set; }

    /// <summary>What every read gives once nothing else is left.</summary>
    public int? Always { get; set; }

    public void Add(string record) => Add((Encoding.UTF8.GetBytes(record), 0));

    public void Fail(int errno) => Add((null, errno));

    public int Read(Span<byte> buffer, out int errno)
    {
        Reads++;
        errno = Always ?? Errno.EAGAIN;
        if (!_reads.TryDequeue(out var read)) return -1;
        errno = read.Errno;
        read.Record?.CopyTo(buffer);
        return read.Record?.Length ?? -1;
    }

    public void Dispose()
    {
        File.Dispose();
        _write.Dispose();
    }

    // The pipe stays readable: poll(2) never waits, as with a device in an error state.
    private unsafe void Add((byte[]?, int) read)
    {
        _reads.Enqueue(read);
        byte one = 1;
        LibC.write(_write.Number, &one, 1);
    }
}
