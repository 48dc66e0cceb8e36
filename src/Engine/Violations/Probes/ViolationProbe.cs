using System.Runtime.InteropServices;
using Sandbox.Bpf;
using Sandbox.Native;

namespace Sandbox.Violations.Probes;

/// <summary>The programs and maps of one watch. Everything of it ends with its descriptors, also when this process is killed.</summary>
internal sealed class ViolationProbe : IDisposable
{
    // Enough for the bursts of a program between two looks of the reader; the kernel gives it at once, so more takes longer to begin.
    private const int RingSize = 4 << 20;
    private const int MostAttempts = 16;
    private readonly List<IDisposable> _parts = [];
    private readonly Dictionary<string, int> _maps = new(StringComparer.Ordinal);
    private readonly List<BpfProgram> _programs = [];
    private readonly BpfMap _tasks;
    private readonly BpfMap _counters;

    private ViolationProbe(ProbeOptions options, FileDescriptor? cgroup)
    {
        try
        {
            using var types = BpfTypes.Load();
            _tasks = Add(ProbeMaps.Tasks, BpfMap.CreateTaskStorage(types));
            _counters = Add(ProbeMaps.Counters, BpfMap.Create(BpfMapKind.PerCpuArray, 4, 8, Enum.GetValues<ProbeCounter>().Length));
            Add(ProbeMaps.Scratch, BpfMap.Create(BpfMapKind.PerCpuArray, 4, RecordLayout.ScratchSize, 1));
            Add(ProbeMaps.Calls, BpfMap.CreateArray(CallCaptures.All));
            Ring = new(RingSize);
            _parts.Add(Ring);
            _maps.Add(ProbeMaps.Ring, Ring.Map.Descriptor.Number);
            if (cgroup is not null)
            {
                var members = Add(ProbeMaps.Cgroup, BpfMap.Create(BpfMapKind.CgroupArray, 4, 4, 1));
                Span<int> value = [cgroup.Number];
                members.Update(0, MemoryMarshal.AsBytes(value));
            }

            if (options.Scope == ProbeScope.Tasks)
            {
                Load(ForkProbe.Tracepoint, ForkProbe.Assemble(), types);
                Load(ExecProbe.Tracepoint, ExecProbe.Assemble(), types);
            }

            Load(ExitProbe.Tracepoint, ExitProbe.Assemble(options), types);
            foreach (var program in _programs) program.Attach();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BpfRingBuffer Ring { get; } = null!;

    /// <summary>Loads and attaches it.</summary>
    /// <param name="options">What it looks for.</param>
    /// <param name="cgroup">The directory of the cgroup, for that scope.</param>
    public static ViolationProbe Open(ProbeOptions options, FileDescriptor? cgroup = null) => new(options, cgroup);

    /// <summary>What it counted so far. What the kernel didn't hand to it wasn't seen, and is lost all the same.</summary>
    public ViolationCounts Counts()
    {
        long Count(ProbeCounter counter) => _counters.Sum((int)counter);
        // They go on while they are read one after the other: read again until they belong together.
        for (var attempt = 1; ; attempt++)
        {
            var missed = _programs.Sum(p => p.Missed);
            var counts = new ViolationCounts(Count(ProbeCounter.Seen) + missed, Count(ProbeCounter.Filtered), Count(ProbeCounter.Emitted), Count(ProbeCounter.Dropped) + missed, Count(ProbeCounter.Unfollowed));
            if (counts.Seen == counts.Filtered + counts.Emitted + counts.Dropped || attempt == MostAttempts) return counts;
            if (attempt > 4) Thread.Sleep(1);
        }
    }

    /// <summary>Follows a thread, from its next program on where it waits for one; false where it has ended.</summary>
    public bool Follow(int thread, bool fromExec) => TaskMarks.Mark(_tasks, thread, fromExec);

    /// <summary>Looks at nothing any more; the counts are final.</summary>
    public void Detach()
    {
        foreach (var program in _programs) program.Detach();
    }

    public void Dispose()
    {
        // The programs first: nothing writes any more.
        foreach (var program in _programs) program.Dispose();
        _programs.Clear();
        foreach (var part in _parts) part.Dispose();
        _parts.Clear();
    }

    private BpfMap Add(string name, BpfMap map)
    {
        _parts.Add(map);
        _maps.Add(name, map.Descriptor.Number);
        return map;
    }

    private void Load(string tracepoint, BpfAssembler code, BpfTypes types) => _programs.Add(BpfProgram.Load(tracepoint, code.Finish(_maps), types));
}
