using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bpf;

/// <summary>
/// A program on one tracepoint (BPF_TRACE_RAW_TP), on one hook of a cgroup, or for one task at a time. It is attached for as long as this object isn't disposed of.
/// </summary>
internal sealed unsafe class BpfProgram : IDisposable
{
    private const uint Tracing = 26, TraceRawTracepoint = 23, TraceIterator = 28; // BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, BPF_TRACE_ITER
    private const uint CgroupPacket = 8, CgroupSocket = 9; // BPF_PROG_TYPE_CGROUP_SKB, BPF_PROG_TYPE_CGROUP_SOCK
    private const int LogSize = 1 << 20;

    /// <summary>The name of every program of ours.</summary>
    public static ReadOnlySpan<byte> Name => "sandbox_probe"u8;

    private readonly FileDescriptor _program;
    private readonly BpfCgroupHook? _hook;
    private FileDescriptor? _link;

    private BpfProgram(FileDescriptor program, BpfCgroupHook? hook = null) => (_program, _hook) = (program, hook);

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
        return new(Load(code, types, new(Tracing, TraceRawTracepoint, type)));
    }

    /// <summary>Loads a program for a hook of a cgroup.</summary>
    public static BpfProgram Load(BpfCgroupHook hook, BpfCode code, BpfTypes types) =>
        new(Load(code, types, new(hook is BpfCgroupHook.Ingress or BpfCgroupHook.Egress ? CgroupPacket : CgroupSocket, (uint)hook, 0)), hook);

    /// <summary>Loads a program that is run for tasks when it is asked for.</summary>
    public static BpfProgram LoadForTasks(BpfCode code, BpfTypes types)
    {
        var function = KernelTypes.Current.TaskIterator ?? throw BpfFailure.Describe("no iterator of tasks", Errno.ENOENT);
        return new(Load(code, types, new(Tracing, TraceIterator, function)));
    }

    /// <summary>Runs such a program for one task (Documentation/bpf/bpf_iterators.rst); returns how many bytes it wrote, 0 where there is no such task.</summary>
    /// <param name="thread">The task's number in this process's pid namespace.</param>
    /// <param name="into">What it writes.</param>
    public int RunFor(int thread, Span<byte> into)
    {
        var task = stackalloc int[3] { thread, 0, 0 }; // union bpf_iter_link_info
        var link = new TaskLinkAttributes { Program = (uint)_program.Number, Hook = TraceIterator, Info = task, InfoSize = 3 * sizeof(int) };
        using var attached = new FileDescriptor(BpfCommand.Require(BpfCommand.LinkCreate, &link, sizeof(TaskLinkAttributes), "BPF_LINK_CREATE, BPF_TRACE_ITER"));
        var iterator = stackalloc uint[2] { (uint)attached.Number, 0 };
        using var output = new FileDescriptor(BpfCommand.Require(BpfCommand.IteratorCreate, iterator, 2 * sizeof(uint), "BPF_ITER_CREATE"));
        fixed (byte* at = into) return (int)Check.Result("read", (int)(long)LibC.read(output.Number, at, into.Length), "an iterator of tasks");
    }

    public void Attach()
    {
        var attributes = new AttachAttributes { Descriptor = (uint)_program.Number };
        _link = new(BpfCommand.Require(BpfCommand.RawTracepointOpen, &attributes, sizeof(AttachAttributes), "BPF_RAW_TRACEPOINT_OPEN"));
    }

    /// <summary>
    /// Attaches it to a cgroup of version 2 and all below, beside whatever else is attached there (bpf(2), BPF_LINK_CREATE). For programs of
    /// such hooks.
    /// </summary>
    public void Attach(FileDescriptor cgroup)
    {
        var attributes = new LinkAttributes { Program = (uint)_program.Number, Target = (uint)cgroup.Number, Hook = (uint)_hook!.Value };
        _link = new(BpfCommand.Require(BpfCommand.LinkCreate, &attributes, sizeof(LinkAttributes), $"BPF_LINK_CREATE, {_hook}"));
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

    private static FileDescriptor Load(BpfCode code, BpfTypes types, Place place)
    {
        var fd = Load(code, types, place, null);
        return fd >= 0 ? new(fd) : throw Refused(code, types, place, LibC.errno);
    }

    // Once more, with a log: writing one makes every load several times as slow.
    private static SandboxException Refused(BpfCode code, BpfTypes types, Place place, int errno)
    {
        var log = new byte[LogSize];
        var fd = Load(code, types, place, log);
        if (fd >= 0) new FileDescriptor(fd).Dispose();
        var end = Array.IndexOf(log, (byte)0);
        var text = Encoding.UTF8.GetString(log, 0, end < 0 ? log.Length : end).TrimEnd();
        return BpfFailure.Describe("BPF_PROG_LOAD", errno, text.Length > 4000 ? "…" + text[^4000..] : text);
    }

    private static int Load(BpfCode code, BpfTypes types, Place place, byte[]? log)
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
                Kind = place.Kind,
                Count = (uint)code.Instructions.Length,
                Instructions = instructions,
                License = license,
                LogLevel = log is null ? 0u : 1,
                LogSize = (uint)(log?.Length ?? 0),
                Log = text,
                AttachKind = place.Hook,
                AttachType = place.Type,
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
    private struct LinkAttributes
    {
        public uint Program, Target, Hook, Flags;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct TaskLinkAttributes
    {
        public uint Program, Target, Hook, Flags;
        public void* Info;
        public uint InfoSize, Padding;
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct InfoAttributes
    {
        public uint Descriptor, Size;
        public void* Info;
    }

    // Where a program runs: its kind (enum bpf_prog_type), the hook (enum bpf_attach_type), the kernel's type of a tracepoint.
    private readonly record struct Place(uint Kind, uint Hook, uint Type);
}
