using Sandbox.Denials.Decoding;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>Counts calls by architecture and number. One thread records, any may take the counts.</summary>
internal sealed class TraceTable(bool withArguments = true)
{
    /// <summary>More different values of an argument than this select nothing.</summary>
    public const int MostValues = 64;

    // A target can make calls of any number, and must not make this process grow with each.
    private const int MostUnknown = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(uint Architecture, int Number), Entry> _entries = [];

    private int _unknown;

    /// <summary>How many calls were recorded.</summary>
    public long Total { get; private set; }

    /// <summary>Counts a call. Beyond a bound, numbers that no table has are counted together, under -1 of the architecture 0x00000000.</summary>
    public void Record(uint auditArchitecture, int number, SeccompDecision decision, ReadOnlySpan<ulong> arguments)
    {
        lock (_lock)
        {
            Total++;
            if (!_entries.TryGetValue((auditArchitecture, number), out var entry)) entry = Add(auditArchitecture, number);
            entry.Count++;
            if (!decision.Passes) entry.Deny(decision); // and what was refused selects nothing that a policy must allow
            else foreach (var selector in entry.Selectors) selector.Add(arguments);
        }
    }

    private Entry Add(uint auditArchitecture, int number)
    {
        var entry = new Entry(auditArchitecture, number, withArguments);
        if (!entry.IsKnown && _unknown++ >= MostUnknown)
        {
            (auditArchitecture, number) = (0, -1);
            if (_entries.TryGetValue((auditArchitecture, number), out var others)) return others;
            entry = new(auditArchitecture, number, withArguments);
        }

        return _entries[(auditArchitecture, number)] = entry;
    }

    /// <summary>The counts, by architecture and number.</summary>
    public SyscallCount[] Counts()
    {
        lock (_lock) return [.. _entries.Values.Select(e => e.ToCount()).OrderBy(c => c.Architecture, StringComparer.Ordinal).ThenBy(c => c.Syscall)];
    }

    private static IEnumerable<Parameter> Selecting(SeccompArchitecture architecture, SyscallEntry call) =>
        CallSignatures.For(architecture).Find(call.Number)?.Parameters.Where(p => p.Selects) ?? [];

    private sealed class Entry
    {
        private readonly uint _audit;
        private readonly int _number;
        private readonly SeccompArchitecture? _architecture;
        private readonly SyscallEntry? _call;

        public Entry(uint audit, int number, bool withArguments)
        {
            (_audit, _number) = (audit, number);
            _architecture = SeccompArchitectures.FromAudit(audit, (uint)number);
            _call = _architecture is { } known ? SyscallTable.For(known).Find((uint)number) : null;
            Selectors = _call is null || !withArguments ? [] : [.. Selecting(_architecture!.Value, _call).Select(p => new Selector(p.Index, _call.IsNarrow(p.Index)))];
        }

        public bool IsKnown => _call is not null;

        public long Count { get; set; }

        private long Denied { get; set; }

        private int? Errno { get; set; }

        public void Deny(SeccompDecision decision)
        {
            Denied++;
            Errno = decision.Action == SeccompAction.Errno ? decision.Errno : null;
        }

        public Selector[] Selectors { get; }

        public SyscallCount ToCount() => new()
        {
            Architecture = _architecture is { } known ? SeccompArchitectures.Name(known) : $"0x{_audit:x8}",
            Syscall = _number,
            Name = _call?.Name,
            Count = Count,
            Denied = Denied,
            Errno = Errno,
            Arguments = Selectors.ToDictionary(s => s.Index, s => s.Values),
        };
    }

    private sealed class Selector(int index, bool narrow)
    {
        private HashSet<ulong>? _values = [];
        private ulong _last;

        public int Index => index;

        public IReadOnlyList<ulong>? Values => _values is null ? null : [.. _values.Order()];

        public void Add(ReadOnlySpan<ulong> arguments)
        {
            if (_values is null) return;
            var value = narrow ? (uint)arguments[index] : arguments[index];
            if (value == _last && _values.Count > 0) return;
            _last = value;
            _values.Add(value);
            if (_values.Count > MostValues) _values = null;
        }
    }
}
