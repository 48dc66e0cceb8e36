using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bpf;

/// <summary>A tracing program on one tracepoint (BPF_TRACE_RAW_TP). It is attached for as long as this object isn't disposed of.</summary>
internal sealed unsafe class BpfProgram : IDisposable
{
    private const uint Tracing = 26, TraceRawTracepoint = 23; // BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP
    private const int LogSize = 1 << 20;

    /// <summary>The name of every program of ours.</summary>
    public static ReadOnlySpan<byte> Name => "sandbox_probe"u8;

    private readonly FileDescriptor _program;
    private FileDescriptor? _link;

    private BpfProgram(FileDescriptor program) => _program = program;

    /// <summary>Runs of it that the kernel left out, since another program of the kind ran on the processor.</summary>
    public long Missed
    {
        get
        {
            var info = stackalloc byte[InfoSize];
            new Span<byte>(info, InfoSize).Clear();
            var attributes = new InfoAttributes { Descriptor = (uint)_program.Number, Size = InfoSize, Info = info };
            // Kernels before 5.12 don't tell.
            return BpfCommand.Call(BpfCommand.ObjectInfo, &attributes, sizeof(InfoAttributes)) == 0 && attributes.Size >= RecursionMissesAt + 8 ? *(long*)(info + RecursionMissesAt) : 0;
        }
    }

    private const int InfoSize = 232, RecursionMissesAt = 208; // struct bpf_prog_info

    /// <summary>Loads a program for the tracepoint of this name. What the verifier doesn't take is an error with its log.</summary>
    public static BpfProgram Load(string tracepoint, BpfCode code, BpfTypes types)
    {
        var type = KernelTypes.Current.TypedefId("btf_trace_" + tracepoint)
            ?? throw BpfFailure.Describe($"no tracepoint {tracepoint}", Errno.ENOENT);
        var fd = Load(code, types, type, null);
        if (fd < 0) throw Refused(code, types, type, LibC.errno);
        return new(new(fd));
    }

    public void Attach()
    {
        var attributes = new AttachAttributes { Descriptor = (uint)_program.Number };
        _link = new(BpfCommand.Require(BpfCommand.RawTracepointOpen, &attributes, sizeof(AttachAttributes), "BPF_RAW_TRACEPOINT_OPEN"));
    }

    /// <summary>It runs no more; what it counted can still be asked for.</summary>
    public void Detach()
    {
        _link?.Dispose();
        _link = null;
    }

    public void Dispose()
    {
        Detach();
        _program.Dispose();
    }

    // Once more, with a log: writing one makes every load several times as slow.
    private static SandboxException Refused(BpfCode code, BpfTypes types, uint type, int errno)
    {
        var log = new byte[LogSize];
        var fd = Load(code, types, type, log);
        if (fd >= 0) new FileDescriptor(fd).Dispose();
        var end = Array.IndexOf(log, (byte)0);
        var text = Encoding.UTF8.GetString(log, 0, end < 0 ? log.Length : end).TrimEnd();
        return BpfFailure.Describe("BPF_PROG_LOAD", errno, text.Length > 4000 ? "…" + text[^4000..] : text);
    }

    private static int Load(BpfCode code, BpfTypes types, uint type, byte[]? log)
    {
        // struct bpf_func_info
        var functions = stackalloc uint[code.Functions.Length * 2];
        for (var i = 0; i < code.Functions.Length; i++) (functions[2 * i], functions[(2 * i) + 1]) = ((uint)code.Functions[i], i == 0 ? BpfTypes.Program : BpfTypes.Callback);
        fixed (ulong* instructions = code.Instructions)
        fixed (byte* license = "GPL\0"u8)
        fixed (byte* text = log)
        {
            var attributes = new LoadAttributes
            {
                Kind = Tracing,
                Count = (uint)code.Instructions.Length,
                Instructions = instructions,
                License = license,
                LogLevel = log is null ? 0u : 1,
                LogSize = (uint)(log?.Length ?? 0),
                Log = text,
                AttachKind = TraceRawTracepoint,
                AttachType = type,
                TypesDescriptor = (uint)types.Descriptor.Number,
                FunctionSize = 8,
                Functions = functions,
                FunctionCount = (uint)code.Functions.Length,
            };
            // So that bpftool prog shows whose it is.
            Name.CopyTo(new Span<byte>(attributes.Name, 15));
            return BpfCommand.Call(BpfCommand.ProgramLoad, &attributes, sizeof(LoadAttributes));
        }
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct LoadAttributes
    {
        public uint Kind, Count;
        public void* Instructions;
        public void* License;
        public uint LogLevel, LogSize;
        public void* Log;
        public uint KernelVersion, Flags;
        public fixed byte Name[16];
        public uint InterfaceIndex, AttachKind, TypesDescriptor, FunctionSize;
        public void* Functions;
        public uint FunctionCount, LineSize;
        public void* Lines;
        public uint LineCount, AttachType;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct AttachAttributes
    {
        public void* Name;
        public uint Descriptor, Padding;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct InfoAttributes
    {
        public uint Descriptor, Size;
        public void* Info;
    }
}
