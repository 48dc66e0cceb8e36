namespace Sandbox.Bench.Capture;

/// <summary>What is sent, and how much of each packet is kept.</summary>
/// <param name="Title">The heading of its table.</param>
/// <param name="Size">Bytes of a frame.</param>
/// <param name="Rate">Frames a second; 0 for as many as one processor can send.</param>
/// <param name="Count">How many frames.</param>
/// <param name="SnapLength">The most bytes of a packet that are kept.</param>
/// <param name="BySocket">Whether they are datagrams of a UDP socket, whose process can be told.</param>
internal sealed record CaptureLoad(string Title, int Size, int Rate, int Count, int SnapLength, bool BySocket = false)
{
    private const int Whole = 262_144;

    public static IReadOnlyList<CaptureLoad> All { get; } =
    [
        new("64 bytes, 300,000 a second", 64, 300_000, 900_000, Whole),
        new("64 bytes, as fast as they can be sent", 64, 0, 1_000_000, Whole),
        new("1,514 bytes, 81,000 a second (1 Gb/s)", 1514, 81_000, 243_000, Whole),
        new("1,514 bytes, as fast as they can be sent", 1514, 0, 500_000, Whole),
        new("1,514 bytes, as fast as they can be sent, 96 bytes of each kept", 1514, 0, 800_000, 96),
        new("64 bytes from a UDP socket, 300,000 a second", 64, 300_000, 900_000, Whole, BySocket: true),
        new("64 bytes from a UDP socket, as fast as one can send them", 64, 0, 1_000_000, Whole, BySocket: true),
    ];
}
