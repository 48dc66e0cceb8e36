namespace Sandbox.Hardening;

/// <summary>LANDLOCK_ACCESS_FS_* of linux/landlock.h.</summary>
[Flags]
public enum LandlockAccessFs : ulong
{
#pragma warning disable CS1591 // each is documented by landlock(7)
    None = 0,
    Execute = 1UL << 0,
    WriteFile = 1UL << 1,
    ReadFile = 1UL << 2,
    ReadDir = 1UL << 3,
    RemoveDir = 1UL << 4,
    RemoveFile = 1UL << 5,
    MakeChar = 1UL << 6,
    MakeDir = 1UL << 7,
    MakeReg = 1UL << 8,
    MakeSock = 1UL << 9,
    MakeFifo = 1UL << 10,
    MakeBlock = 1UL << 11,
    MakeSym = 1UL << 12,
    Refer = 1UL << 13,
    Truncate = 1UL << 14,
    IoctlDev = 1UL << 15,
    All = (1UL << 16) - 1,
#pragma warning restore CS1591
}
