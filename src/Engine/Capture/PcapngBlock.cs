namespace Sandbox.Capture;

/// <summary>The block types of pcapng files.</summary>
internal enum PcapngBlock : uint
{
    Interface = 1,

    /// <summary>The old form of a packet, no longer written.</summary>
    ObsoletePacket = 2,
    SimplePacket = 3,
    Names = 4,
    Statistics = 5,
    EnhancedPacket = 6,
    Secrets = 10,

    /// <summary>The same in both byte orders.</summary>
    Section = 0x0A0D0D0A,
}
