using System.Buffers.Binary;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>A target's memory from one address on, made by a test.</summary>
internal sealed class FakeTarget : ITargetView
{
    public const ulong Base = 0x10_0ff0; // 16 bytes before the end of a page

    private readonly List<byte> _memory = [];

    public string? Directory { get; init; } = "/srv2";

    public Dictionary<int, string> Descriptors { get; } = [];

    /// <summary>The most that a single read asked for.</summary>
    public int Asked { get; private set; }

    public ulong Put(params ReadOnlySpan<byte> bytes)
    {
        var address = Base + (ulong)_memory.Count;
        _memory.AddRange(bytes);
        return address;
    }

    public ulong Put(string text) => Put([.. System.Text.Encoding.UTF8.GetBytes(text), 0]);

    public ulong PutWords(params ulong[] words)
    {
        var bytes = new byte[words.Length * 8];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), words[i]);
        return Put(bytes);
    }

    public int Read(ulong address, Span<byte> buffer)
    {
        Asked = Math.Max(Asked, buffer.Length);
        if (address < Base || address >= Base + (ulong)_memory.Count) return 0;
        var at = (int)(address - Base);
        var length = Math.Min(buffer.Length, _memory.Count - at);
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_memory).Slice(at, length).CopyTo(buffer);
        return length;
    }

    public string? WorkingDirectory() => Directory;

    public string? Descriptor(int fd) => Descriptors.GetValueOrDefault(fd);
}
