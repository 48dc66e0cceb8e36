using System.Runtime.InteropServices;
using Sandbox.Bpf;
using Sandbox.Seccomp;
using Sandbox.Violations;
using Sandbox.Violations.Probes;

namespace Sandbox.Tracing;

/// <summary>
/// Counts the calls of a tree of processes in the kernel, by eBPF: exactly, and without an event for any of them. Everything of it ends
/// with its descriptors, also when this process is killed.
/// </summary>
internal sealed class SyscallCounter : IDisposable
{
    private const int MostRare = 1024;
    private static readonly uint Native = SeccompArchitectures.AuditArchitecture(SeccompArchitectures.Native);
    private static readonly uint Compat = SeccompArchitectures.AuditArchitecture(SeccompArchitectures.Native == SeccompArchitecture.AArch64 ? SeccompArchitecture.Arm : SeccompArchitecture.X86);
    private readonly Dictionary<string, BpfMap> _maps = new(StringComparer.Ordinal);
    private readonly List<BpfProgram> _programs = [];
    private readonly Lock _lock = new();
    private SyscallCount[]? _last;
    private long _lost;

    public SyscallCounter()
    {
        try
        {
            using var types = BpfTypes.Load();
            _maps.Add(ProbeMaps.Tasks, BpfMap.CreateTaskStorage(types));
            _maps.Add(ProbeMaps.Counters, BpfMap.Create(BpfMapKind.PerCpuArray, 4, 8, Enum.GetValues<ProbeCounter>().Length));
            _maps.Add(ProbeMaps.Counts, BpfMap.Create(BpfMapKind.PerCpuArray, 4, 8, ProbeMaps.CallSlots * 2));
            _maps.Add(ProbeMaps.RareCounts, BpfMap.Create(BpfMapKind.PerCpuHash, 8, 8, MostRare));
            var descriptors = _maps.ToDictionary(m => m.Key, m => m.Value.Descriptor.Number, StringComparer.Ordinal);
            _programs.Add(BpfProgram.Load(ForkProbe.Tracepoint, ForkProbe.Assemble().Finish(descriptors), types));
            _programs.Add(BpfProgram.Load(EnterProbe.ExecTracepoint, EnterProbe.AssembleExec().Finish(descriptors), types));
            _programs.Add(BpfProgram.Load(EnterProbe.Tracepoint, EnterProbe.Assemble().Finish(descriptors), types));
            foreach (var program in _programs) program.Attach();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Calls that weren't counted: of tasks that couldn't be followed there are an unknown number, and each counts as one.</summary>
    public long Lost
    {
        get
        {
            lock (_lock) return _last is not null ? _lost : ReadLost();
        }
    }

    /// <summary>Counts a thread and all that it starts, from its next program on where it waits for one; false where it has ended.</summary>
    public bool Follow(int thread, bool fromExec) => TaskMarks.Mark(_maps[ProbeMaps.Tasks], thread, fromExec);

    /// <summary>What was counted so far.</summary>
    public SyscallCount[] Counts()
    {
        lock (_lock) return _last ?? Read();
    }

    /// <summary>Ends the counting; the counts stay.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_programs.Count == 3) (_last, _lost) = (_last ?? Read(), _last is null ? ReadLost() : _lost);
            foreach (var program in _programs) program.Dispose();
            _programs.Clear();
            foreach (var map in _maps.Values) map.Dispose();
            _maps.Clear();
        }
    }

    private long ReadLost() => _maps[ProbeMaps.Counters].Sum((int)ProbeCounter.Uncounted) + _maps[ProbeMaps.Counters].Sum((int)ProbeCounter.Unfollowed) + _programs.Sum(p => p.Missed);

    private SyscallCount[] Read()
    {
        var counts = new List<SyscallCount>();
        var sums = _maps[ProbeMaps.Counts].Sums(ProbeMaps.CallSlots * 2);
        for (var slot = 0; slot < sums.Length; slot++)
        {
            if (sums[slot] > 0) counts.Add(Count(slot >= ProbeMaps.CallSlots, slot % ProbeMaps.CallSlots, sums[slot]));
        }

        var rare = _maps[ProbeMaps.RareCounts];
        foreach (var key in rare.Keys()) counts.Add(Count(key >> 32 != 0, (int)(uint)key, rare.SumOf(key)));
        return [.. counts];
    }

    private static SyscallCount Count(bool compat, int number, long count)
    {
        var audit = compat ? Compat : Native;
        var architecture = SeccompArchitectures.FromAudit(audit, (uint)number);
        return new()
        {
            Architecture = architecture is { } known ? SeccompArchitectures.Name(known) : $"0x{audit:x8}",
            Syscall = number,
            Name = architecture is { } of ? SyscallTable.For(of).Find((uint)number)?.Name : null,
            Count = count,
        };
    }
}
