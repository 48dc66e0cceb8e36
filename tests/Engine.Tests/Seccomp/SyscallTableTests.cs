using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class SyscallTableTests
{
    // What scripts/Makefile.asm-headers has each architecture select of asm-generic/unistd.h, since old headers select it by macros.
    [Theory]
    [InlineData(SeccompArchitecture.X86_64, "asm/unistd_64.h", "")]
    [InlineData(SeccompArchitecture.X86, "asm/unistd_32.h", "")]
    [InlineData(SeccompArchitecture.X32, "asm/unistd_x32.h", "-D__X32_SYSCALL_BIT=0x40000000")]
    [InlineData(SeccompArchitecture.AArch64, "asm/unistd.h", "-nostdinc -I/usr/aarch64-linux-gnu/include")]
    [InlineData(SeccompArchitecture.Arm, "asm/unistd.h", "-nostdinc -I/usr/arm-linux-gnueabihf/include -D__ARM_EABI__")]
    [InlineData(SeccompArchitecture.RiscV64, "asm/unistd.h", "-nostdinc -I/usr/riscv64-linux-gnu/include -D__riscv_xlen=64 -D__LP64__=1")]
    [InlineData(SeccompArchitecture.S390X, "asm/unistd.h", "-nostdinc -I/usr/s390x-linux-gnu/include -D__s390x__")]
    [InlineData(SeccompArchitecture.Ppc64LE, "asm/unistd.h", "-nostdinc -I/usr/powerpc64le-linux-gnu/include -D__powerpc64__")]
    [InlineData(SeccompArchitecture.LoongArch64, "asm-generic/unistd.h", "-D__ARCH_WANT_SYS_CLONE -D__ARCH_WANT_SYS_CLONE3 -D__ARCH_WANT_NEW_STAT -D__BITS_PER_LONG=64")]
    public void Every_number_of_the_C_headers_is_in_the_table(SeccompArchitecture architecture, string header, string options)
    {
        string[] words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? folder = words.FirstOrDefault(word => word.StartsWith("-I", StringComparison.Ordinal))?[2..];
        Assert.SkipWhen(folder is not null && !Directory.Exists(folder), $"{folder} isn't installed");
        Assert.SkipWhen(folder is null && architecture <= SeccompArchitecture.X32 && !File.Exists("/usr/include/x86_64-linux-gnu/asm/unistd_x32.h"), "not an x86 machine");
        var macros = CProgram.Macros(header, words);
        var table = SyscallTable.For(architecture);
        int compared = 0;
        foreach (var (macro, text) in macros)
        {
            if (Number(macro, text, macros) is not { } number || macro == "__NR_arch_specific_syscall") continue;
            string name = macro.StartsWith("__ARM_NR_", StringComparison.Ordinal) ? macro["__ARM_NR_".Length..] : macro["__NR_".Length..];
            var entry = table.Find(number);
            Assert.True(entry is not null, $"{architecture} lacks {name} = {number}");
            // The header keeps a second name for one number here and there; the table has the kernel's.
            if (entry.Name != name) Assert.True(Aliases.Contains((entry.Name, name)), $"{number} is {name} in the header, {entry.Name} in the table");
            compared++;
        }

        Assert.InRange(compared, 290, 500);
        // What the headers lack is younger than they are (6.1), not made up.
        var numbers = macros.Select(pair => Number(pair.Key, pair.Value, macros)).OfType<uint>().ToHashSet();
        foreach (var entry in table.Entries.Where(entry => !numbers.Contains(entry.Number)))
        {
            Assert.True(entry.Number % 0x4000_0000 is >= 451 and <= 470 || Unexported.Contains(entry.Name), $"{architecture} has {entry}, which no header has");
        }
    }

    [Theory]
    [InlineData("socket", 0b111)]
    [InlineData("ioctl", 0b011)]
    [InlineData("openat", 0b1101)]
    [InlineData("prctl", 0b00001)]
    [InlineData("clone", 0)]
    [InlineData("mmap", 0)]
    [InlineData("kill", 0b11)]
    [InlineData("personality", 1)]
    [InlineData("futex", 0b100110)]
    public void Widths_are_those_of_the_man_pages_and_the_kernel(string name, int narrow) => Assert.Equal(narrow, SyscallTable.For(SeccompArchitecture.X86_64).Find(name)!.NarrowParameters);

    [Fact]
    public void First_versions_come_from_the_man_page()
    {
        var table = SyscallTable.For(SeccompArchitecture.AArch64);
        Assert.Equal("5.3", table.Find("clone3")!.Since);
        Assert.Equal("5.6", table.Find("openat2")!.Since);
        Assert.Equal("2.6.27", table.Find("pipe2")!.Since);
    }

    [Theory]
    [InlineData("opennat", "openat")]
    [InlineData("Execve", "execve")]
    [InlineData("scoket", "socket")]
    [InlineData("zzzzzzzzzzzz", null)]
    public void The_nearest_name_is_found(string name, string? expected) => Assert.Equal(expected, NearestName.Find(name, SyscallTable.AllNames));

    private static readonly HashSet<(string, string)> Aliases =
    [
        ("arm_sync_file_range", "sync_file_range2"), ("fadvise64_64", "arm_fadvise64_64"), ("arm_fadvise64_64", "fadvise64_64"),
        ("umount", "umount2"), ("fstatat64", "newfstatat"),
    ];

    private static readonly HashSet<string> Unexported = ["uretprobe", "riscv_hwprobe", "riscv_flush_icache", "get_tls", "usr26", "usr32", "breakpoint", "cacheflush", "set_tls", "memfd_secret"];

    private static uint? Number(string macro, string text, Dictionary<string, string> macros)
    {
        if (!macro.StartsWith("__NR_", StringComparison.Ordinal) && !macro.StartsWith("__ARM_NR_", StringComparison.Ordinal)) return null;
        if (macro is "__NR_syscalls" or "__NR_SYSCALL_BASE" or "__NR_OABI_SYSCALL_BASE" or "__ARM_NR_BASE" or "__NR_SYSCALL_MASK" or "__NR3264_syscalls" || macro.StartsWith("__NR3264", StringComparison.Ordinal)) return null;
        return Evaluate(text, macros);
    }

    // Headers add a base to a number, or name another macro.
    private static uint? Evaluate(string text, Dictionary<string, string> macros)
    {
        text = text.Trim().Trim('(', ')');
        int plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus > 0) return Evaluate(text[..plus], macros) + Evaluate(text[(plus + 1)..], macros);
        if (text.StartsWith("0x", StringComparison.Ordinal)) return uint.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return uint.TryParse(text, CultureInfo.InvariantCulture, out uint number) ? number : macros.TryGetValue(text, out string? other) ? Evaluate(other, macros) : null;
    }
}
