namespace Sandbox.Capture;

/// <summary>When a capture goes on in another file, and how many files stay.</summary>
public sealed record CaptureRotation
{
    /// <summary>The size from which on the next packet begins another file; null for any.</summary>
    public long? Size { get; init; }

    /// <summary>The time after which another file is begun; null for any.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>How many files stay, the oldest go; null for all.</summary>
    public int? Files { get; init; }

    internal bool IsOn => Size is not null || Time is not null;
}
