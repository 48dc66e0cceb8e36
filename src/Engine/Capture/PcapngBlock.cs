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

    /// <summary>Somebody's own, which programs may copy that don't know it.</summary>
    Custom = 0x0BAD,

    /// <summary>Somebody's own, which they may not.</summary>
    CustomNotCopied = 0x40000BAD,

    /// <summary>The same in both byte orders.</summary>
    Section = 0x0A0D0D0A,
}
