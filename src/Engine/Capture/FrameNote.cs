namespace Sandbox.Capture;

/// <summary>What is known of a packet besides its bytes; what isn't known is left out.</summary>
internal readonly record struct FrameNote
{
    /// <summary>epb_flags: the two lowest bits are the direction, 1 in and 2 out.</summary>
    public uint? Flags { get; init; }

    /// <summary>How many packets were lost since the one before.</summary>
    public ulong Drops { get; init; }

    public (int Process, int Thread)? Owner { get; init; }

    public string? Comment { get; init; }

    /// <summary>What a file says of a packet that was just captured.</summary>
    public static FrameNote Of(in LiveFrame frame) => new()
    {
        Flags = frame.Direction == PacketDirection.Unknown ? null : (uint)frame.Direction, // its numbers are the file's
        Drops = (ulong)frame.Drops, Owner = frame.Owner is { } owner ? (owner.ProcessId, owner.ThreadId) : null, Comment = frame.Owner is { } named ? ProcessComment.Of(named.Name) : null,
    };

    public bool IsFlagsAtMost => Drops == 0 && Owner is null && Comment is null;
}
