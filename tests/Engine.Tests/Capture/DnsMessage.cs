using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Sandbox.Tests.Capture;

/// <summary>DNS messages, made field by field.</summary>
internal sealed class DnsMessage
{
    private readonly List<byte> _bytes = [];
    private ushort _answers;

    public DnsMessage(string name, ushort type = 1, ushort flags = 0x8180, ushort questions = 1)
    {
        Half(0x1234).Half(flags).Half(questions).Half(0).Half(0).Half(0);
        Name(name).Half(type).Half(1);
    }

    public byte[] Bytes
    {
        get
        {
            byte[] bytes = [.. _bytes];
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), _answers);
            return bytes;
        }
    }

    /// <summary>A record; its owner is a name, or "@12" for a pointer to that byte.</summary>
    public DnsMessage Answer(string owner, ushort type, ReadOnlySpan<byte> data)
    {
        _answers++;
        Name(owner).Half(type).Half(1).Half(0).Half(60).Half((ushort)data.Length)._bytes.AddRange(data);
        return this;
    }

    public DnsMessage Address(string owner, string address) => IPAddress.Parse(address) is var parsed && parsed.GetAddressBytes() is { Length: 4 } four
        ? Answer(owner, 1, four) : Answer(owner, 28, parsed.GetAddressBytes());

    public DnsMessage Alias(string owner, string target) => Answer(owner, 5, Wire(target));

    public static byte[] Wire(string name)
    {
        if (name.StartsWith('@')) return [0xC0, byte.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)];
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries)) bytes.AddRange([(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]);
        return [.. bytes, 0];
    }

    private DnsMessage Name(string name)
    {
        _bytes.AddRange(Wire(name));
        return this;
    }

    private DnsMessage Half(ushort value)
    {
        _bytes.AddRange([(byte)(value >> 8), (byte)value]);
        return this;
    }
}
