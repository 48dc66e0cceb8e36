namespace Sandbox.Denials;

/// <summary>
/// The denials of one target: a count of each kind, the first ones whole, and those who follow them. One thread publishes, any may ask.
/// </summary>
internal sealed class DenialHub
{
    private const int MostKinds = 1024, MostKept = 4096;
    private readonly Lock _lock = new();
    private readonly Dictionary<(uint Architecture, int Number, string Action), Kind> _kinds = [];
    private readonly DenialQueue _journal = new(MostKept);
    private DenialQueue[] _followers = [];
    private Kind? _last; // a program that is refused often is refused the same
    private long _others;
    private volatile bool _wantsWhole = true;
    private bool _completed;

    /// <summary>The denial that ended the target itself, else the first that ended a process of it.</summary>
    public SeccompDenial? Fatal { get; private set; }

    /// <summary>How many there were.</summary>
    public long Total { get; private set; }

    /// <summary>Whether someone gets the next one whole: else it is only counted.</summary>
    public bool WantsWhole => _wantsWhole;

    /// <summary>The kinds of denial so far, the most frequent first; a kind beyond the bound is counted in a last row for all of them.</summary>
    public SeccompDenialCount[] Counts
    {
        get
        {
            lock (_lock)
            {
                var kinds = _kinds.Values.OrderByDescending(d => d.Count).Select(d => new SeccompDenialCount
                {
                    Syscall = d.First.Syscall,
                    Number = d.First.SyscallNumber,
                    Architecture = d.First.Architecture,
                    Action = d.First.Action,
                    Count = d.Count,
                    Arguments = d.First.Arguments,
                });
                return _others == 0 ? [.. kinds] : [.. kinds, new() { Syscall = "(others)", Number = -1, Architecture = "", Action = "", Count = _others, Arguments = [] }];
            }
        }
    }

    /// <summary>What is kept of them in their order: the first ones, and then one object for each kind that came again.</summary>
    public SeccompDenial[] Kept
    {
        get
        {
            lock (_lock) return _journal.Peek();
        }
    }

    public void Publish(SeccompDenial denial)
    {
        lock (_lock)
        {
            Total++;
            if (denial.Signal is not null && (Fatal is null || denial.ProcessId == denial.SandboxId)) Fatal = denial;
            if (KindOf(denial) is { } kind) kind.Count++;
            else _others++;
            if (Total >= MostKept && _followers.Length == 0) _wantsWhole = false;
            _journal.Add(denial);
            foreach (var follower in _followers) follower.Add(denial);
        }
    }

    /// <summary>Begins to follow, from the first denial on.</summary>
    public void Follow(DenialQueue queue)
    {
        lock (_lock)
        {
            foreach (var earlier in _journal.Peek()) queue.Add(earlier);
            if (_completed) queue.CompleteOne();
            else _followers = [.. _followers, queue];
            _wantsWhole = true;
        }
    }

    public void Unfollow(DenialQueue queue)
    {
        lock (_lock) _followers = [.. _followers.Where(f => f != queue)];
    }

    /// <summary>The target has ended: nothing comes any more.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            foreach (var follower in _followers) follower.CompleteOne();
            _followers = [];
        }
    }

    private Kind? KindOf(SeccompDenial denial)
    {
        if (_last is { } last && last.First.SyscallNumber == denial.SyscallNumber && last.First.AuditArchitecture == denial.AuditArchitecture && last.First.Action == denial.Action) return last;
        var key = (denial.AuditArchitecture, denial.SyscallNumber, denial.Action);
        if (_kinds.TryGetValue(key, out var kind)) return _last = kind;
        if (_kinds.Count >= MostKinds) return null;
        return _last = _kinds[key] = new(denial);
    }

    private sealed class Kind(SeccompDenial first)
    {
        public SeccompDenial First { get; } = first;

        public long Count { get; set; }
    }
}
