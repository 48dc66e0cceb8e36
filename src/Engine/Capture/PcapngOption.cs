namespace Sandbox.Capture;

/// <summary>The option codes of pcapng blocks. Each block has its own numbers from 2 on.</summary>
internal static class PcapngOption
{
    public const int
        End = 0, Comment = 1,
        SectionHardware = 2, SectionSystem = 3, SectionApplication = 4,
        InterfaceName = 2, InterfaceDescription = 3, InterfaceResolution = 9, InterfaceFilter = 11, InterfaceSystem = 12, InterfaceTimeOffset = 14,
        PacketFlags = 2, PacketDrops = 4, PacketProcess = 8,
        StatisticsStart = 2, StatisticsEnd = 3, StatisticsReceived = 4, StatisticsDropped = 5, StatisticsAccepted = 6, StatisticsDelivered = 8;
}
