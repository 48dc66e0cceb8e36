using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bpf;

/// <summary>
/// The reader's side of a ring buffer (Documentation/bpf/ringbuf.rst): a page with the reader's position, a page with the writer's, and
/// the data, mapped twice in a row so that no record is cut. One thread reads.
/// </summary>
internal sealed unsafe class BpfRingBuffer : IDisposable
{
    private const uint Busy = 1u << 31, Discarded = 1u << 30;
    private const int HeaderSize = 8;
    private readonly int _page = Environment.SystemPageSize;
    private readonly ulong _mask;
    private byte* _consumer;
    private byte* _producer;

    /// <summary>Makes one of so many bytes, a power of two.</summary>
    public BpfRingBuffer(int size)
    {
        Size = size;
        _mask = (ulong)size - 1;
        Map = BpfMap.Create(BpfMapKind.RingBuffer, 0, 0, size);
        try
        {
            _consumer = Mapped(_page, LibC.PROT_READ | LibC.PROT_WRITE, 0);
            _producer = Mapped(_page + (2 * size), LibC.PROT_READ, _page);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public delegate void RecordHandler(ReadOnlySpan<byte> record);

    public BpfMap Map { get; }

    public int Size { get; }

    /// <summary>Readable once something is written after everything was read.</summary>
    public FileDescriptor Descriptor => Map.Descriptor;

    /// <summary>Whether something is there, or being written; no call is needed to see it.</summary>
    public bool HasRecords => Volatile.Read(ref *(ulong*)_consumer) != Volatile.Read(ref *(ulong*)_producer);

    /// <summary>Hands over what is there, at most so many records; returns how many there were.</summary>
    public int Read(RecordHandler handler, int most)
    {
        var data = _producer + _page;
        var position = Volatile.Read(ref *(ulong*)_consumer);
        var count = 0;
        while (count < most && position < Volatile.Read(ref *(ulong*)_producer))
        {
            var at = data + (position & _mask);
            var header = Volatile.Read(ref *(uint*)at);
            if ((header & Busy) != 0) break; // it is still being written
            var length = header & ~(Busy | Discarded);
            if ((header & Discarded) == 0)
            {
                handler(new(at + HeaderSize, (int)length));
                count++;
            }

            position += (length + HeaderSize + 7) & ~7u;
            Volatile.Write(ref *(ulong*)_consumer, position);
        }

        return count;
    }

    /// <summary>Waits until there is something; false where the time is over.</summary>
    public bool Wait(TimeSpan time)
    {
        var poll = new pollfd { fd = Descriptor.Number, events = (short)LibC.POLLIN };
        return PollEvents.Wait(&poll, 1, (int)Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue)) > 0;
    }

    public void Dispose()
    {
        if (_consumer is not null) _ = LibC.munmap(_consumer, _page);
        if (_producer is not null) _ = LibC.munmap(_producer, _page + (2 * Size));
        _consumer = _producer = null;
        Map.Dispose();
    }

    private byte* Mapped(int length, int protection, int offset)
    {
        var at = LibC.mmap(null, length, protection, LibC.MAP_SHARED, Map.Descriptor.Number, offset);
        return (nint)at == -1 ? throw BpfFailure.Describe("mmap of a ring buffer", LibC.errno) : (byte*)at;
    }
}
