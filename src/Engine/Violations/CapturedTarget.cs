using Sandbox.Denials;

namespace Sandbox.Violations;

/// <summary>What the probe read of a caller, as the decoder of arguments asks for it. Nothing is asked of the caller itself.</summary>
internal sealed class CapturedTarget : ITargetView
{
    private readonly List<(ulong Address, byte[] Bytes)> _memory = [];
    private readonly Dictionary<int, string> _descriptors = [];

    /// <summary>The path of its working directory, where a path of the call is relative.</summary>
    public string? Directory { get; set; }

    public void AddMemory(ulong address, ReadOnlySpan<byte> bytes) => _memory.Add((address, bytes.ToArray()));

    public void AddDescriptor(int number, string path) => _descriptors[number] = path;

    public int Read(ulong address, Span<byte> buffer)
    {
        foreach (var (start, bytes) in _memory)
        {
            if (address < start || address >= start + (ulong)bytes.Length) continue;
            var from = (int)(address - start);
            var length = Math.Min(buffer.Length, bytes.Length - from);
            bytes.AsSpan(from, length).CopyTo(buffer);
            return length;
        }

        return 0;
    }

    public string? WorkingDirectory() => Directory;

    public string? Descriptor(int fd) => _descriptors.GetValueOrDefault(fd);
}
