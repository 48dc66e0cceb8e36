using System.Text;

namespace Sandbox.Runtime;

/// <summary>What a target wrote to one stream: the head and the tail of it within a bound, the bytes between counted.</summary>
internal sealed class OutputBuffer(long limit)
{
    private readonly Lock _lock = new();
    private readonly MemoryStream _head = new();
    private readonly int _headLimit = (int)Math.Min(limit - (limit / 2), Array.MaxLength / 2);
    private readonly int _tailLimit = (int)Math.Min(limit / 2, Array.MaxLength / 2);
    private byte[] _tail = [];
    private int _tailStart;
    private int _tailLength;

    /// <summary>All bytes that were written, kept or not.</summary>
    public long Total { get; private set; }

    /// <summary>The bytes that were dropped between the head and the tail.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock) return Total - _head.Length - _tailLength;
        }
    }

    /// <summary>Adds what was read; the consumers get it in the same lock, so that an attachment neither misses nor repeats a byte.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            Total += bytes.Length;
            foreach (var consumer in Consumers) consumer.Append(bytes);
            var head = Math.Min(bytes.Length, _headLimit - (int)_head.Length);
            _head.Write(bytes[..head]);
            AppendTail(bytes[head..]);
        }
    }

    /// <summary>The consumers that follow the stream.</summary>
    public List<OutputFollower> Consumers { get; } = [];

    /// <summary>Attaches a consumer: it begins with what is kept.</summary>
    public void Attach(OutputFollower follower)
    {
        lock (_lock)
        {
            follower.Append(_head.GetBuffer().AsSpan(0, (int)_head.Length));
            if (Total - _head.Length - _tailLength is > 0 and var dropped) follower.Gap(dropped);
            follower.Append(Tail());
            Consumers.Add(follower);
        }
    }

    /// <summary>Detaches a consumer.</summary>
    public void Detach(OutputFollower follower)
    {
        lock (_lock) Consumers.Remove(follower);
    }

    /// <summary>Tells the consumers that nothing more comes.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            foreach (var consumer in Consumers) consumer.Complete();
        }
    }

    /// <summary>The kept bytes.</summary>
    public byte[] ToArray()
    {
        lock (_lock) return [.. _head.GetBuffer().AsSpan(0, (int)_head.Length), .. Tail()];
    }

    /// <summary>The kept bytes as UTF-8, the place of dropped ones named.</summary>
    public string ToText()
    {
        lock (_lock)
        {
            var head = Encoding.UTF8.GetString(_head.GetBuffer(), 0, (int)_head.Length);
            var dropped = Total - _head.Length - _tailLength;
            return dropped == 0 ? head + Encoding.UTF8.GetString(Tail()) : $"{head}\n[{dropped} bytes dropped]\n{Encoding.UTF8.GetString(Tail())}";
        }
    }

    private byte[] Tail()
    {
        var tail = new byte[_tailLength];
        var first = Math.Min(_tailLength, _tail.Length - _tailStart);
        _tail.AsSpan(_tailStart, first).CopyTo(tail);
        _tail.AsSpan(0, _tailLength - first).CopyTo(tail.AsSpan(first));
        return tail;
    }

    private void AppendTail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _tailLimit) bytes = bytes[^_tailLimit..];
        if (bytes.IsEmpty) return;
        Grow(_tailLength + bytes.Length);
        while (!bytes.IsEmpty)
        {
            var at = (_tailStart + _tailLength) % _tail.Length;
            var count = Math.Min(bytes.Length, _tail.Length - at);
            bytes[..count].CopyTo(_tail.AsSpan(at));
            bytes = bytes[count..];
            var overwritten = Math.Max(0, _tailLength + count - _tail.Length);
            _tailStart = (_tailStart + overwritten) % _tail.Length;
            _tailLength += count - overwritten;
        }
    }

    private void Grow(int wanted)
    {
        if (wanted <= _tail.Length || _tail.Length == _tailLimit) return;
        var tail = Tail();
        _tail = new byte[Math.Min(_tailLimit, Math.Max(Math.Max(4096, wanted), _tail.Length * 2))];
        tail.CopyTo(_tail, 0);
        _tailStart = 0;
    }
}
