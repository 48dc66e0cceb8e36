using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bpf;

/// <summary>The bpf(2) system call, by command.</summary>
internal static unsafe class BpfCommand
{
    public const int MapCreate = 0, MapLookup = 1, MapUpdate = 2, MapNextKey = 4, ProgramLoad = 5, ObjectInfo = 15, RawTracepointOpen = 17, BtfLoad = 18, LinkCreate = 28, IteratorCreate = 33;
    private static readonly Syscall Bpf = new("bpf", 321, 280);

    /// <summary>The result, or -1 and errno.</summary>
    public static int Call(int command, void* attributes, int size) => (int)(long)LibC.syscall(Bpf.Number, command, attributes, size);

    /// <summary>The result; a failure is the error that names what lacks.</summary>
    public static int Require(int command, void* attributes, int size, string what)
    {
        var result = Call(command, attributes, size);
        return result >= 0 ? result : throw BpfFailure.Describe(what, LibC.errno);
    }
}
