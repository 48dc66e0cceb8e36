namespace Sandbox.Capture;

/// <summary>What a capture file says of the machine and program that made it (a section of a pcapng file).</summary>
public sealed record CaptureSection
{
    /// <summary>The machine's hardware.</summary>
    public string? Hardware { get; init; }

    /// <summary>Its operating system.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>The program that wrote the file.</summary>
    public string? Application { get; init; }

    /// <summary>A remark, such as the command line that was captured.</summary>
    public string? Comment { get; init; }
}
