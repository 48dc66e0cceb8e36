namespace Sandbox.Capture;

/// <summary>A packet as a capture file has it, before it is dissected.</summary>
internal readonly record struct RawFrame
{
    /// <summary>Nanoseconds since 1970.</summary>
    public long Time { get; init; }

    /// <summary>The length that it had on the wire.</summary>
    public long Length { get; init; }

    /// <summary>What was kept of it.</summary>
    public byte[] Data { get; init; }

    /// <summary>Its interface; a number that counts over the sections of the file.</summary>
    public int Interface { get; init; }

    /// <summary>epb_flags: direction, checksum state and errors of the link.</summary>
    public uint? Flags { get; init; }

    /// <summary>How many packets were lost between the one before it and it.</summary>
    public long? Drops { get; init; }

    public int? ProcessId { get; init; }

    public int? ThreadId { get; init; }

    /// <summary>The name of the process, where it isn't in the comment.</summary>
    public string? ProcessName { get; init; }

    /// <summary>What else is known of the process.</summary>
    public CapturedProcess? Process { get; init; }

    public string? Comment { get; init; }
}
