namespace Sandbox.Capture;

/// <summary>Sums up the flows of capture files, one after another: the files of a rotation are one capture.</summary>
public sealed class PacketFlowSummary
{
    private readonly FlowTable _flows = new();

    /// <summary>The flows of all files so far, in the order in which they began.</summary>
    public IReadOnlyList<PacketFlow> Flows => _flows.Snapshot();

    /// <summary>The packets that are in no flow, because there are no more than 65,536.</summary>
    public long PacketsUnlisted => _flows.PacketsUnlisted;

    /// <summary>The names that flows don't have, because there were more than 65,536, or more than 64 of one address.</summary>
    public long NamesUnlisted => _flows.NamesUnlisted;

    /// <summary>Adds a file, pcapng or pcap, until it ends or it is cancelled.</summary>
    /// <returns>What is missing at its end; null for a whole file.</returns>
    /// <exception cref="SandboxException">It can't be read, is no capture file, or is damaged; the packets before that place count.</exception>
    public string? Add(string path, CancellationToken cancellation)
    {
        using var reader = new CaptureFileReader(path);
        foreach (var frame in reader.Frames())
        {
            if (cancellation.IsCancellationRequested) return null;
            _flows.Add(frame.Time, (uint)Math.Clamp(frame.Length, 0, uint.MaxValue), frame.Data, reader.LinkType(frame), frame.ProcessId);
        }

        return reader.Truncation;
    }
}
