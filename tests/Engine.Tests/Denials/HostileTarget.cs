using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>A target that changes its memory with every look at it, unmaps it, and has links of any bytes.</summary>
internal sealed class HostileTarget(Random random) : ITargetView
{
    public int Asked { get; private set; }

    public int Read(ulong address, Span<byte> buffer)
    {
        Asked += buffer.Length;
        switch (random.Next(4))
        {
            case 0: random.NextBytes(buffer); break;
            case 1: buffer.Fill((byte)random.Next(1, 256)); break; // never a zero
            case 2: buffer.Clear(); break;
            default:
                for (var i = 0; i < buffer.Length; i++) buffer[i] = (byte)random.Next(0, 24);
                break;
        }

        return random.Next(8) switch { 0 => 0, 1 => random.Next(buffer.Length + 1), 2 => -1, _ => buffer.Length };
    }

    public string? WorkingDirectory() => Link();

    public string? Descriptor(int fd) => Link();

    private string? Link()
    {
        var bytes = new byte[random.Next(4096)];
        random.NextBytes(bytes);
        return random.Next(3) switch { 0 => null, 1 => "/" + ArgumentText.Of(bytes), _ => ArgumentText.Of(bytes) };
    }
}
