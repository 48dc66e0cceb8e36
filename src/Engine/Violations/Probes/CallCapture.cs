namespace Sandbox.Violations.Probes;

/// <summary>What the probe reads of one call, in the 64 bits that it has for each number.</summary>
/// <param name="Texts">A bit for each argument that points to a text.</param>
/// <param name="Descriptors">A bit for each argument that is a descriptor.</param>
/// <param name="Bytes">The argument that points to memory of <paramref name="BytesSize"/> bytes; null for none.</param>
/// <param name="BytesSize">Its size; with <paramref name="BytesLength"/>, at most.</param>
/// <param name="BytesLength">The argument with the size; null for a fixed one.</param>
/// <param name="Message">The argument that points to a struct msghdr; null for none.</param>
/// <param name="WorkingDirectory">Whether a relative path is one from the working directory.</param>
/// <param name="Network">Whether it is a call of sockets, for which more errnos count.</param>
/// <param name="Category">What kind of call it is.</param>
internal readonly record struct CallCapture(byte Texts, byte Descriptors, int? Bytes, int BytesSize, int? BytesLength, int? Message, bool WorkingDirectory, bool Network, SandboxViolationCategory Category)
{
    public const int TextsShift = 0, DescriptorsShift = 8, BytesShift = 16, BytesLengthShift = 20, BytesSizeShift = 24, MessageShift = 32, WorkingDirectoryShift = 36, NetworkShift = 37, CategoryShift = 40;

    /// <summary>No argument, in the four bits of one.</summary>
    public const int None = 15;

    public const int MostBytes = 128;

    public ulong Encode() => Texts | ((ulong)Descriptors << DescriptorsShift) | ((ulong)(Bytes ?? None) << BytesShift) | ((ulong)(BytesLength ?? None) << BytesLengthShift)
        | ((ulong)Math.Min(BytesSize, MostBytes) << BytesSizeShift) | ((ulong)(Message ?? None) << MessageShift) | ((WorkingDirectory ? 1UL : 0) << WorkingDirectoryShift)
        | ((Network ? 1UL : 0) << NetworkShift) | ((ulong)Category << CategoryShift);
}
