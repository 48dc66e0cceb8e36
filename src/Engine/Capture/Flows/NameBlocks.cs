namespace Sandbox.Capture;

/// <summary>Writes the names of addresses into the file whose packets gave them.</summary>
internal static class NameBlocks
{
    private const int AtOnce = 4096; // a block of the longest names is far below the longest that readers take

    /// <param name="writer">The file.</param>
    /// <param name="flows">What learnt the names; null for none.</param>
    /// <param name="mark">The table's mark when the file began.</param>
    public static void Write(PcapngWriter writer, FlowTable? flows, long mark)
    {
        if (flows is null) return;
        foreach (var part in flows.NamesSince(mark).Chunk(AtOnce)) writer.Names(part.Select(n => (PacketTuple.ToAddress(n.Address, n.Six), n.Name)));
    }
}
