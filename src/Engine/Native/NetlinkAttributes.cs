using System.Buffers.Binary;

namespace Sandbox.Native;

/// <summary>Walks over attributes of netlink(7) where they lie.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private ReadOnlySpan<byte> _value;
    private int _type;

    public readonly NetlinkAttribute Current => new(_type, _value);

    public readonly NetlinkAttributes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < 4) return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length) return false;
        _type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & 0x3fff; // without NLA_F_NESTED, NLA_F_NET_BYTEORDER
        _value = _rest[4..length];
        _rest = _rest[Math.Min(_rest.Length, (length + 3) & ~3)..];
        return true;
    }
}
