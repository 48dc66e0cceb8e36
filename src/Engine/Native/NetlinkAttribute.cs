namespace Sandbox.Native;

/// <summary>An attribute of netlink(7).</summary>
internal readonly ref struct NetlinkAttribute(int type, ReadOnlySpan<byte> value)
{
    private readonly ReadOnlySpan<byte> _value = value;

    public void Deconstruct(out int attribute, out ReadOnlySpan<byte> content)
    {
        attribute = type;
        content = _value;
    }
}
