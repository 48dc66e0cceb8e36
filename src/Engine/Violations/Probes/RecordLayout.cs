namespace Sandbox.Violations.Probes;

/// <summary>
/// The record of one failed call: a head of fixed size, then sections: u16 kind, u16 index, s32 length (negative: the errno of the read),
/// the bytes, filled up to eight.
/// </summary>
internal static class RecordLayout
{
    public const int Version = 1;

    // The head
    public const int VersionAt = 0, FlagsAt = 4, TimeAt = 8, NumberAt = 16, ErrnoAt = 20, ArgumentsAt = 24, ProcessAt = 72, ThreadAt = 76, NamespaceProcessAt = 80,
        NamespaceThreadAt = 84, UserAt = 88, EffectiveUserAt = 92, FileUserAt = 96, FileGroupAt = 100, CapabilitiesAt = 104, UserNamespaceAt = 112, MountNamespaceAt = 116,
        CgroupAt = 120, FiltersAt = 128, AtomicFlagsAt = 132, CommAt = 136, AncestorsAt = 152, HeadSize = 184;

    public const int Ancestors = 8;

    // FlagsAt
    public const int CompatFlag = 1, CutFlag = 2;

    // Kinds of sections
    public const int TextSection = 1, BytesSection = 2, PathSection = 3;

    // Indexes of path sections beside the argument with the descriptor
    public const int WorkingDirectoryIndex = 16, ExecutableIndex = 17;

    /// <summary>A path section: u64 inode, u32 magic of the file system, u32 state, then the names from the leaf on, each with its zero.</summary>
    public const int SectionHead = 8, PathHead = 16, PathStateAt = 12;

    // The state of a path section
    public const int PathCut = 1, PathOutside = 2, PathDetached = 4, PathUnreadable = 8, PathDeleted = 16;

    /// <summary>The longest text, with its zero: PATH_MAX.</summary>
    public const int TextSize = 4096;

    public const int NameSize = 256;

    /// <summary>No section begins beyond this.</summary>
    public const int LastSection = 16_384;

    /// <summary>What the section that begins there may need.</summary>
    public const int LargestRecord = LastSection + SectionHead + TextSize;

    /// <summary>The memory in which it is put together; what follows the last section is the probe's own.</summary>
    public const int ScratchSize = LargestRecord + 512;
}
