using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>open(2) flags; four of them have other values on arm and Power (arch/*/include/uapi/asm/fcntl.h).</summary>
internal static class OpenFlagsText
{
    private static readonly (ulong, string)[] Common =
    [
        (0x101000, "O_SYNC"), (0x40, "O_CREAT"), (0x80, "O_EXCL"), (0x100, "O_NOCTTY"), (0x200, "O_TRUNC"), (0x400, "O_APPEND"), (0x800, "O_NONBLOCK"),
        (0x1000, "O_DSYNC"), (0x2000, "O_ASYNC"), (0x40000, "O_NOATIME"), (0x80000, "O_CLOEXEC"), (0x200000, "O_PATH"),
    ];

    private static readonly (ulong, string)[] Generic = [(0x410000, "O_TMPFILE"), .. Common, (0x10000, "O_DIRECTORY"), (0x20000, "O_NOFOLLOW"), (0x4000, "O_DIRECT"), (0x8000, "O_LARGEFILE")];
    private static readonly (ulong, string)[] Arm = [(0x404000, "O_TMPFILE"), .. Common, (0x4000, "O_DIRECTORY"), (0x8000, "O_NOFOLLOW"), (0x10000, "O_DIRECT"), (0x20000, "O_LARGEFILE")];
    private static readonly (ulong, string)[] Power = [(0x404000, "O_TMPFILE"), .. Common, (0x4000, "O_DIRECTORY"), (0x8000, "O_NOFOLLOW"), (0x20000, "O_DIRECT"), (0x10000, "O_LARGEFILE")];

    public static string Of(SeccompArchitecture architecture, ulong value)
    {
        var access = (value & 3) switch { 0 => "O_RDONLY", 1 => "O_WRONLY", 2 => "O_RDWR", _ => "O_ACCMODE" };
        var rest = value & 0xffff_ffff & ~3ul;
        return rest == 0 ? access : $"{access}|{ConstantNames.Join(rest, Bits(architecture))}";
    }

    private static (ulong, string)[] Bits(SeccompArchitecture architecture) => architecture switch
    {
        SeccompArchitecture.Arm or SeccompArchitecture.AArch64 => Arm,
        SeccompArchitecture.Ppc64LE => Power,
        _ => Generic,
    };
}
