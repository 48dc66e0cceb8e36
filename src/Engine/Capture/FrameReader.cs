namespace Sandbox.Capture;

/// <summary>Reads one form of capture file from its second field on; the first tells the form.</summary>
internal abstract class FrameReader
{
    /// <summary>The longest block or record; Wireshark's bound too. A larger length is damage, and must not become an allocation.</summary>
    protected const int Longest = 16 << 20;

    /// <summary>The interfaces that were read so far, over all sections.</summary>
    public List<CaptureInterface> Interfaces { get; } = [];

    public List<CaptureSection> Sections { get; } = [];

    /// <summary>The processes that were read so far.</summary>
    public List<CapturedProcess> Processes { get; } = [];

    /// <summary>What is missing at the end; null for a whole file.</summary>
    public string? Truncation { get; protected set; }

    /// <summary>The next packet, or null at the end.</summary>
    /// <exception cref="SandboxException">The file is damaged; it names the file and the byte.</exception>
    public abstract RawFrame? Next();
}
