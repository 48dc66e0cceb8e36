using Sandbox.Hardening;

namespace Sandbox.Violations;

/// <summary>One question for the cause of a call, with what is looked at for it, each once.</summary>
internal sealed class CauseQuery(ViolationFacts facts, HardenedProcess? sandbox) : IDisposable
{
    private static readonly Lazy<uint> OwnMountNamespace = new(() => (uint)NamespaceIds.OfSelf().Inodes.GetValueOrDefault(NamespaceKinds.Mount));
    private readonly List<TargetSnapshot> _taken = [];
    private bool _looked;
    private TargetSnapshot? _snapshot;
    private CallerIdentity? _caller;
    private Inode? _root;
    private IReadOnlyList<MountInfo>? _mounts;

    public ViolationFacts Facts => facts;

    /// <summary>The hardened process; null for one not of this module, and for the reaper, which has none of its protections.</summary>
    public HardenedProcess? Sandbox => sandbox;

    public string Call => facts.Entry?.Name ?? "";

    /// <summary>What was looked at and let the call through.</summary>
    public List<string> Looked { get; } = [];

    public CallerIdentity Caller => _caller ??= MakeCaller();

    /// <summary>The root that the call's path began at; null where it can't be looked at.</summary>
    public Inode? Root
    {
        get
        {
            if (_root is null && Snapshot is { } snapshot) _root = snapshot.Root();
            return _root;
        }
    }

    /// <summary>The caller itself while it lives, else another process with the same view; null where there is none.</summary>
    public TargetSnapshot? Snapshot
    {
        get
        {
            if (_looked) return _snapshot;
            _looked = true;
            return _snapshot = Take(facts.Thread) ?? Take(facts.Process) ?? Held() ?? (sandbox is null ? null : Take(sandbox.Id) ?? Take(sandbox.InitId))
                ?? (facts.MountNamespace == OwnMountNamespace.Value ? Take(Environment.ProcessId) : null);
        }
    }

    public bool InInitialUserNamespace => facts.UserNamespace == CallerIdentity.InitialUserNamespace;

    /// <summary>The mount of a file; null where it isn't among the target's mounts.</summary>
    public MountInfo? MountOf(Inode file)
    {
        _mounts ??= Snapshot?.Mounts() ?? [];
        return _mounts.FirstOrDefault(m => m.Id == file.Mount);
    }

    public void Dispose()
    {
        _root?.Dispose();
        foreach (var taken in _taken) taken.Dispose();
    }

    private TargetSnapshot? Held() => sandbox?.Snapshot is { } held && held.MountNamespace == facts.MountNamespace ? held : null;

    private TargetSnapshot? Take(int process)
    {
        if (process <= 0 || !LivedThen(process) || TargetSnapshot.TryTake(process) is not { } taken) return null;
        _taken.Add(taken);
        return taken.MountNamespace == facts.MountNamespace ? taken : null;
    }

    // Whether who has an id now is older than the call, and so no successor of the one who had it then (proc_pid_stat(5), starttime).
    private bool LivedThen(int process)
    {
        const ulong Tick = 10_000_000; // USER_HZ is 100 on every architecture
        try
        {
            var stat = Native.ProcFile.Read(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture) * Tick <= facts.BootTime;
        }
        catch (SandboxException)
        {
            return false;
        }
    }

    private CallerIdentity MakeCaller()
    {
        var same = _taken.Prepend(Snapshot).FirstOrDefault(s => s is not null && s.UserNamespace == facts.UserNamespace);
        return new()
        {
            User = facts.FileUser,
            Group = facts.FileGroup,
            Groups = Groups(),
            Capabilities = facts.Capabilities,
            InInitialNamespace = InInitialUserNamespace,
            Users = same?.Users,
            UserGroups = same?.UserGroups,
        };
    }

    // The caller's own while it lives under the same user; those of a sandbox that can't change them; else nobody's.
    private IReadOnlyList<uint>? Groups()
    {
        const int SetGroups = 6; // CAP_SETGID
        try
        {
            var status = ProcessStatus.Parse(Native.ProcFile.Read(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{facts.Thread}/status")));
            if (LivedThen(facts.Thread) && status.Uid[3] == facts.FileUser && status.Gid[3] == facts.FileGroup) return status.Groups;
        }
        catch (SandboxException)
        {
            // It has ended.
        }

        if (sandbox is not { Profile: { DropCapabilities: true, NoNewPrivileges: true } profile } || profile.KeepCapabilities.Any(c => Capability.Parse(c) == SetGroups)) return null;
        return (sandbox.Snapshot ?? _snapshot)?.Groups;
    }
}
