namespace Sandbox.Denials;

/// <summary>
/// What a decoder may ask about a stopped target. Nothing of it can be trusted: memory may change or be unmapped at any time, and
/// every answer is for a report only. Texts are escaped as <see cref="ArgumentText"/> does.
/// </summary>
internal interface ITargetView
{
    /// <summary>Reads memory; returns how many bytes could be read, from the beginning.</summary>
    public int Read(ulong address, Span<byte> buffer);

    /// <summary>The working directory as the target's mount namespace names it; null where it can't be told.</summary>
    public string? WorkingDirectory();

    /// <summary>What an open descriptor of the target refers to (the link of /proc/pid/fd); null where it isn't open or can't be told.</summary>
    public string? Descriptor(int fd);
}
