using System.Buffers.Binary;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>A capture file made field by field, in either byte order.</summary>
internal sealed class MadeFile(bool bigEndian)
{
    private readonly List<byte> _bytes = [];
    private bool _bigEndian = bigEndian;

    public MadeFile Other()
    {
        _bigEndian = !_bigEndian;
        return this;
    }

    public MadeFile Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public MadeFile Halves(params ushort[] values)
    {
        foreach (var value in values) _bytes.AddRange(BitConverter.GetBytes(_bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value));
        return this;
    }

    public MadeFile Words(params uint[] values)
    {
        foreach (var value in values) _bytes.AddRange(BitConverter.GetBytes(_bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value));
        return this;
    }

    public MadeFile Long(ulong value)
    {
        _bytes.AddRange(BitConverter.GetBytes(_bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value));
        return this;
    }

    public MadeFile Block(uint type, Action<MadeFile> body)
    {
        var inner = new MadeFile(_bigEndian);
        body(inner);
        var total = (uint)inner._bytes.Count + 12;
        return Words(type, total).Bytes([.. inner._bytes]).Words(total);
    }

    public byte[] ToArray() => [.. _bytes];

    public string Save(ScratchDirectory directory)
    {
        var path = directory.At($"made-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, [.. _bytes]);
        return path;
    }
}
