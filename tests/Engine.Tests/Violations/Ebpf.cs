using System.Globalization;
using System.Runtime.InteropServices;

namespace Sandbox.Tests.Violations;

/// <summary>The eBPF programs of processes, as the kernel lists them, and whether this machine lets us trace.</summary>
internal static partial class Ebpf
{
    private const int ProgramById = 13; // BPF_PROG_GET_FD_BY_ID of linux/bpf.h

    public static void Require() => Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sys/kernel/btf/vmlinux"), "needs root and a kernel with BTF");

    /// <summary>The ids of the programs that a process holds.</summary>
    public static uint[] Programs(int process)
    {
        var found = new List<uint>();
        foreach (var file in Directory.GetFiles($"/proc/{process}/fdinfo"))
        {
            try
            {
                found.AddRange(File.ReadLines(file).Where(l => l.StartsWith("prog_id:", StringComparison.Ordinal)).Select(l => uint.Parse(l[8..].Trim(), CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // It was closed meanwhile.
            }
        }

        return [.. found.Distinct()];
    }

    /// <summary>Whether a program is still there.</summary>
    public static unsafe bool Exists(uint program)
    {
        var attributes = stackalloc byte[64];
        new Span<byte>(attributes, 64).Clear();
        *(uint*)attributes = program;
        var fd = (int)Bpf(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321, ProgramById, attributes, 64);
        if (fd < 0) return false;
        _ = Close(fd);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint Bpf(nint number, nint command, void* attributes, nint size);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
