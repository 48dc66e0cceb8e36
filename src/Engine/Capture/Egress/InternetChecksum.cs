using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>The checksum of IP, TCP, UDP and ICMP (RFC 1071), and its change with what it covers (RFC 1624).</summary>
internal static class InternetChecksum
{
    /// <summary>The one's complement sum of 16-bit words; an odd byte at the end counts as the high one of its word.</summary>
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1) sum += (uint)bytes[0] << 8;
        return Fold(sum);
    }

    /// <summary>The sum as 16 bits.</summary>
    public static uint Fold(ulong sum)
    {
        while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
        return (uint)sum;
    }

    /// <summary>Changes a checksum for bytes that it covers: from the sum of what they were to the sum of what they are. One that was wrong stays wrong.</summary>
    public static void Adjust(Span<byte> field, uint before, uint after)
    {
        var old = BinaryPrimitives.ReadUInt16BigEndian(field);
        var sum = Fold((ulong)(ushort)~old + (ushort)~Fold(before) + after);
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)~sum);
    }
}
