using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>Makes the group of one run and applies its limits, row by row.</summary>
internal sealed class RunCgroupBuilder(CgroupLayout layout, CgroupSession session)
{
    private readonly Dictionary<CgroupHierarchy, string> _groups = [];
    private readonly string _name = session.NextRunName();

    public RunCgroup? Build(long? memory, long? processes, double? cpuShare, out IReadOnlyList<HardeningOutcome> rows)
    {
        CgroupHierarchy? unified = layout.Unified;
        rows =
        [
            memory is { } m ? Apply(CgroupSetting.Memory(layout.For("memory") == unified, m)) : NotAsked("cgroup_memory"),
            processes is { } p ? Apply(CgroupSetting.Processes(p)) : NotAsked("cgroup_pids"),
            cpuShare is { } c ? Apply(CgroupSetting.Processor(layout.For("cpu") == unified, c)) : NotAsked("cgroup_cpu"),
        ];
        // Without any controller the unified group still kills the whole tree at once and counts its processor time.
        if (unified is not null)
            Group(unified, out _, out _);
        return _groups.Count == 0 ? null : new RunCgroup(layout.Files, _groups);
    }

    private static HardeningOutcome NotAsked(string name) => new() { Name = name, Requested = false, Status = OutcomeStatus.Skipped };

    private HardeningOutcome Apply(CgroupSetting setting)
    {
        if (layout.For(setting.Controller) is not { } hierarchy)
        {
            return new HardeningOutcome
            {
                Name = setting.RowName, Requested = true, Status = OutcomeStatus.Failed, Errno = Errno.ENOENT, ErrnoName = "ENOENT",
                Detail = $"no usable cgroup hierarchy has the {setting.Controller} controller", Remedy = CgroupRemedy.Missing(setting.Controller, layout),
            };
        }

        if (hierarchy.IsUnified && Delegate(hierarchy, setting.Controller, out string file) is not 0 and var errno)
            return Failed(setting, hierarchy, file.EndsWith("subtree_control", StringComparison.Ordinal) ? "write" : "mkdir", file, errno);
        if (Group(hierarchy, out string group, out file) is not 0 and var made)
            return Failed(setting, hierarchy, "mkdir", file, made);
        List<string> confirmed = [];
        foreach ((string name, string value, bool optional) in setting.Writes)
        {
            string path = $"{group}/{name}";
            int wrote = layout.Files.Write(path, value);
            if (optional && wrote == Errno.ENOENT)
                continue;
            if (wrote != 0)
                return Failed(setting, hierarchy, "write", path, wrote);
            if (layout.Files.Read(path, out string actual) is not 0 and var read)
                return Failed(setting, hierarchy, "read", path, read);
            actual = actual.Trim();
            if (!setting.Confirms(value, actual))
                return Failed(setting, hierarchy, "write", path, 0, $"{path} reads {actual} after {value} was written");
            confirmed.Add($"{name}={actual}");
        }

        return new HardeningOutcome
        {
            Name = setting.RowName, Requested = true, Status = OutcomeStatus.Applied, Syscall = "write", Detail = string.Join(", ", confirmed),
        };
    }

    // Top down (cgroups(7)): a controller is enabled in the base group for the session, then in the session for its runs.
    private int Delegate(CgroupHierarchy hierarchy, string controller, out string file)
    {
        file = hierarchy.Directory + "/cgroup.subtree_control";
        if (Enable(file, controller) is not 0 and var errno)
            return errno;
        file = hierarchy.Directory + "/" + session.Name;
        if (session.Ensure(hierarchy, out string directory) is not 0 and var made)
            return made;
        file = directory + "/cgroup.subtree_control";
        return Enable(file, controller);
    }

    private int Enable(string file, string controller) =>
        layout.Files.Read(file, out string enabled) == 0 && enabled.Split([' ', '\n']).Contains(controller) ? 0 : layout.Files.Write(file, "+" + controller);

    private int Group(CgroupHierarchy hierarchy, out string group, out string failedAt)
    {
        failedAt = "";
        if (_groups.TryGetValue(hierarchy, out group!))
            return 0;
        int errno = session.Ensure(hierarchy, out string directory);
        group = $"{directory}/{_name}";
        failedAt = errno == 0 ? group : directory;
        if (errno == 0)
            errno = layout.Files.MakeDirectory(group);
        if (errno == 0)
            _groups.Add(hierarchy, group);
        return errno;
    }

    private static HardeningOutcome Failed(CgroupSetting setting, CgroupHierarchy hierarchy, string call, string file, int errno, string? detail = null) => new()
    {
        Name = setting.RowName, Requested = true, Status = OutcomeStatus.Failed, Errno = errno, ErrnoName = errno == 0 ? null : Errno.Name(errno),
        Syscall = call, Detail = detail ?? $"{call} {file}: {Errno.Name(errno)}", Remedy = CgroupRemedy.For(errno, file, hierarchy),
    };
}
