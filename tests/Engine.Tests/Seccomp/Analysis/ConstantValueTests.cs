using System.Globalization;
using System.Runtime.InteropServices;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Analysis;

/// <summary>Constants against what the C compiler makes of the headers, here and of other architectures.</summary>
public sealed class ConstantValueTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("constants-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void All_that_the_headers_of_this_machine_define_have_their_values()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the values are those of x86-64");
        string[] headers =
        [
            "sys/socket.h", "netinet/in.h", "netinet/tcp.h", "sys/mman.h", "fcntl.h", "unistd.h", "sched.h", "sys/prctl.h", "asm/prctl.h", "sys/ioctl.h", "sys/personality.h", "sys/stat.h",
            "sys/resource.h", "sys/mount.h", "sys/quota.h", "sys/swap.h", "sys/wait.h", "sys/inotify.h", "sys/fanotify.h", "signal.h", "linux/keyctl.h", "linux/openat2.h", "linux/io_uring.h",
            "linux/landlock.h", "linux/reboot.h", "linux/securebits.h", "linux/capability.h", "linux/xattr.h", "linux/seccomp.h", "linux/memfd.h", "linux/close_range.h",
            "linux/tiocl.h", "linux/if_packet.h", "linux/netlink.h", "linux/vm_sockets.h", "linux/if_tun.h", "linux/loop.h", "linux/perf_event.h", "linux/userfaultfd.h",
        ];
        // A 64-bit C library makes it 0: every file is large; the kernel's value is what a program of 32 bits passes.
        // struct termios2 is the kernel's alone.
        var names = ArgumentConstants.Names.Where(n => n is not ("O_LARGEFILE" or "TCGETS2" or "TCSETS2" or "TCSETSF2" or "TCSETSW2"));
        string source = "#define _GNU_SOURCE\n#include <stdio.h>\n" + string.Concat(headers.Select(h => $"#include <{h}>\n"))
            + "int main(void){\n" + string.Concat(names.Select(n => $"#ifdef {n}\nprintf(\"{n} %llu\\n\",(unsigned long long)({n}));\n#endif\n")) + "return 0;}\n";
        var (code, output, error) = CProgram.Run(CProgram.Compile(source, directory), []);
        Assert.True(code == 0, error);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 1000, 3000);
        Assert.Equal(lines, lines.Select(l => l.Split(' ')[0]).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n} {ArgumentConstants.Parse(n)}")));
    }

    [Theory]
    [InlineData(SeccompArchitecture.X86, "-m32 -isystem /usr/include/x86_64-linux-gnu -isystem /usr/include")]
    [InlineData(SeccompArchitecture.X32, "-mx32 -isystem /usr/include/x86_64-linux-gnu -isystem /usr/include")]
    [InlineData(SeccompArchitecture.AArch64, "-U__x86_64__ -D__aarch64__ -isystem /usr/aarch64-linux-gnu/include")]
    [InlineData(SeccompArchitecture.Arm, "-m32 -malign-double -U__i386__ -D__arm__ -D__ARM_EABI__ -isystem /usr/arm-linux-gnueabihf/include")]
    [InlineData(SeccompArchitecture.RiscV64, "-U__x86_64__ -D__riscv -D__riscv_xlen=64 -isystem /usr/riscv64-linux-gnu/include")]
    [InlineData(SeccompArchitecture.S390X, "-U__x86_64__ -D__s390x__ -D__s390__ -isystem /usr/s390x-linux-gnu/include")]
    [InlineData(SeccompArchitecture.Ppc64LE, "-U__x86_64__ -D__powerpc64__ -D__powerpc__ -isystem /usr/powerpc64le-linux-gnu/include")]
    public void Those_of_other_architectures_have_theirs(SeccompArchitecture architecture, string options)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "cross-checked by the compiler of x86-64");
        string[] words = options.Split(' '), headers = ["linux/types.h", "asm/fcntl.h", "asm/mman.h", "asm/termios.h", "asm/ioctls.h", "asm/socket.h", "linux/ptrace.h", "linux/fs.h"];
        string folder = words[^1];
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} isn't installed");
        Assert.SkipWhen(CProgram.Compiler is null, "needs a C compiler");
        string[] prefixes = ["O_", "F_", "MAP_", "PROT_", "MADV_", "TC", "TIOC", "FIO", "SO_", "PTRACE_", "FS_IOC_", "BLK"];
        string[] excluded = ["SO_RCVTIMEO", "SO_SNDTIMEO", "SO_TIMESTAMP", "SO_TIMESTAMPNS", "SO_TIMESTAMPING"]; // macros of a C library's types
        // x32 programs make the 64-bit fcntl, whose F_GETLK64 is F_GETLK.
        if (architecture == SeccompArchitecture.X32) excluded = [.. excluded, "F_GETLK64", "F_SETLK64", "F_SETLKW64"];
        var names = ArgumentConstants.Names.Concat(ArgumentConstants.ArchitectureNames).Distinct().Where(n => prefixes.Any(p => n.StartsWith(p, StringComparison.Ordinal)) && !excluded.Contains(n)).ToArray();
        string source = "typedef long long loff_t;\n" + string.Concat(headers.Select(h => $"#include <{h}>\n")) + string.Concat(names.Select(n => ArgumentConstants.TryGet(architecture, n, out ulong value)
            ? $"#ifdef {n}\n_Static_assert((unsigned long long)({n}) == 0x{value:x}ull, \"{n}\");\n#endif\n" : $"#if defined({n})\n_Static_assert(0, \"{n} exists\");\n#endif\n"));
        var (code, _, error) = CProgram.Run(CProgram.Compiler!, [.. words[..^2].Where(w => w.Length > 0), "-nostdinc", "-isystem", folder, "-w", "-fsyntax-only", "-x", "c", "-"], source);
        Assert.True(code == 0, error);
        Assert.InRange(names.Length, 200, 2000);
        // The check can fail.
        var wrong = CProgram.Run(CProgram.Compiler!, [.. words[..^2], "-nostdinc", "-isystem", folder, "-w", "-fsyntax-only", "-x", "c", "-"], source.Replace("(O_CREAT) == 0x40ull", "(O_CREAT) == 0x41ull", StringComparison.Ordinal));
        Assert.NotEqual(0, wrong.Code);
    }
}
