using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>
/// A plan in memory that the launcher shares. Its size is sealed, so that nothing in the sandbox can make reading it a SIGBUS;
/// what it says is still input that wasn't ours.
/// </summary>
internal sealed class PlanMemory : SafeHandle
{
    private const int AddSeals = 1033, SealSize = 0x1 | 0x2 | 0x4; // F_ADD_SEALS; F_SEAL_SEAL|SHRINK|GROW
    private readonly int _size, _resultsAt;

    public unsafe PlanMemory(LaunchPlan plan, int controlFd)
        : base(0, ownsHandle: true)
    {
        (_size, _resultsAt) = (plan.Size, plan.ResultsAt);
        fixed (byte* name = Utf8.Terminated("sandbox-plan"))
        {
            var fd = LibC.memfd_create(name, 1 | 2 | 8); // MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_NOEXEC_SEAL
            if (fd < 0 && LibC.errno == Errno.EINVAL) fd = LibC.memfd_create(name, 1 | 2);
            File = new(Check.Result("memfd_create", fd));
        }

        Check.Result("ftruncate", LibC.ftruncate(File.Number, plan.Size));
        Check.Result("fcntl", LibC.fcntl(File.Number, AddSeals, SealSize), "seals of the plan");
        var address = (nint)LibC.mmap(null, plan.Size, 3, 1, File.Number, 0); // PROT_READ|PROT_WRITE, MAP_SHARED
        if (address == -1) throw new ErrnoException("mmap", LibC.errno);
        SetHandle(address);
        plan.Encode(Span, controlFd);
    }

    /// <summary>The memfd, for the launcher.</summary>
    public FileDescriptor File { get; }

    public override bool IsInvalid => handle == 0;

    public int InitPid => Read(PlanFormat.InitPidAt);

    public bool StatusKnown => Read(PlanFormat.StatusKnownAt) == 1;

    /// <summary>The status that wait4(2) gave for the target.</summary>
    public int WaitStatus => Read(PlanFormat.WaitStatusAt);

    private unsafe Span<byte> Span => new((void*)handle, _size);

    /// <summary>The result of a step: a call's, or one of <see cref="PlanFormat"/>'s.</summary>
    public int Result(PlanStep step) => Read(_resultsAt + (4 * step.Index));

    /// <summary>struct rusage of the target, as 64-bit words.</summary>
    public long[] Usage()
    {
        var words = new long[18];
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadInt64LittleEndian(Span[(PlanFormat.UsageAt + (8 * i))..]);
        return words;
    }

    /// <summary>Sets the gate and wakes whoever waits at it.</summary>
    public unsafe void OpenGate(int value)
    {
        Volatile.Write(ref *(int*)(handle + PlanFormat.GateAt), value);
        LibC.syscall(Syscall.Futex.Number, (void*)(handle + PlanFormat.GateAt), 1, int.MaxValue, 0, 0, 0); // FUTEX_WAKE
    }

    /// <summary>
    /// Gives back the memory of the data and the steps: the reaper needs only what comes before them. Failing to is no harm.
    /// </summary>
    public unsafe void ReleaseSteps()
    {
        const int PunchHole = 0x1 | 0x2; // FALLOC_FL_KEEP_SIZE|PUNCH_HOLE: the size is sealed and stays
        var page = Environment.SystemPageSize;
        var from = (LaunchPlan.DataAt + page - 1) / page * page;
        if (from < _size) LibC.syscall(Syscall.Allocate.Number, File.Number, PunchHole, from, _size - from, 0, 0);
    }

    protected override unsafe bool ReleaseHandle()
    {
        File.Dispose();
        return LibC.munmap((void*)handle, _size) == 0;
    }

    private unsafe int Read(int at)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return Volatile.Read(ref *(int*)(handle + at));
    }
}
