using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sandbox.Capture;

/// <summary>An event of the owner probes, as they write it (<see cref="OwnerLayout"/>).</summary>
[StructLayout(LayoutKind.Sequential, Size = OwnerLayout.EventSize)]
internal unsafe struct OwnerEvent
{
    public OwnerEventKind Kind;
    public uint Epoch;

    /// <summary>The four bytes of the packet after its ports, in the order of the network: TCP's sequence number.</summary>
    public uint Identity;

    /// <summary>1 where the socket listens.</summary>
    public uint Listens;

    /// <summary>When, in CLOCK_TAI.</summary>
    public long Time;

    /// <summary>The time stamp of the packet, in CLOCK_REALTIME; 0 for none.</summary>
    public long Stamp;

    /// <summary>The socket's number, which no other ever has (SO_COOKIE of socket(7)).</summary>
    public ulong Cookie;

    /// <summary>Who acts; process 0 where nobody is known.</summary>
    public OwnerActor Actor;
    private fixed byte _local[16];
    private fixed byte _remote[16];
    private ushort _localPort;
    private ushort _remotePort;
    private byte _protocol;
    private byte _six;

    /// <summary>The flow; its source is the socket's own side.</summary>
    public readonly PacketTuple Flow
    {
        get
        {
            fixed (byte* local = _local, remote = _remote)
            {
                return new(_protocol, _six != 0, BinaryPrimitives.ReadUInt128BigEndian(new(local, 16)), BinaryPrimitives.ReverseEndianness(_localPort),
                    BinaryPrimitives.ReadUInt128BigEndian(new(remote, 16)), BinaryPrimitives.ReverseEndianness(_remotePort));
            }
        }
    }
}
