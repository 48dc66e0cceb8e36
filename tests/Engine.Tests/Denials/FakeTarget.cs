using System.Text;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>A target made of pieces of memory and links; it counts what it is asked for.</summary>
internal sealed class FakeTarget : ITargetView
{
    private readonly Dictionary<ulong, byte[]> _memory = [];

    public string? Cwd { get; init; } = "/home/user";

    public Dictionary<int, string> Descriptors { get; } = [];

    public int Reads { get; private set; }

    public int BytesAsked { get; private set; }

    public int LinksRead { get; private set; }

    public FakeTarget With(ulong address, ReadOnlySpan<byte> bytes)
    {
        _memory[address] = bytes.ToArray();
        return this;
    }

    public FakeTarget With(ulong address, string text) => With(address, Encoding.UTF8.GetBytes(text + "\0"));

    public FakeTarget WithDescriptor(int fd, string what)
    {
        Descriptors[fd] = what;
        return this;
    }

    public int Read(ulong address, Span<byte> buffer)
    {
        Reads++;
        BytesAsked += buffer.Length;
        foreach (var (start, bytes) in _memory)
        {
            if (address < start || address >= start + (ulong)bytes.Length) continue;
            var part = bytes.AsSpan((int)(address - start));
            // Mapped memory goes on to the end of its page.
            var mapped = (int)(4096 - ((start + (ulong)bytes.Length - 1) & 4095)) - 1 + part.Length;
            var count = Math.Min(buffer.Length, mapped);
            buffer[..count].Clear();
            part[..Math.Min(count, part.Length)].CopyTo(buffer);
            return count;
        }

        return 0;
    }

    public string? WorkingDirectory()
    {
        LinksRead++;
        return Escaped(Cwd);
    }

    public string? Descriptor(int fd)
    {
        LinksRead++;
        return Escaped(Descriptors.GetValueOrDefault(fd));
    }

    private static string? Escaped(string? link) => link is null ? null : ArgumentText.Of(Encoding.UTF8.GetBytes(link));
}
