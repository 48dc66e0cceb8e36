using System.Globalization;

namespace Sandbox.Runtime;

/// <summary>What the parameters of one call change in a profile. A null leaves the profile's value.</summary>
public sealed record ProfileOverrides
{
    /// <summary>Bytes of memory for the whole tree.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Processor seconds of each process (RLIMIT_CPU).</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Wall-clock time after which the tree is killed.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Open descriptors of each process (RLIMIT_NOFILE).</summary>
    public long? OpenFiles { get; init; }

    /// <summary>Processes and threads of the whole tree.</summary>
    public long? ProcessLimit { get; init; }

    /// <summary>Processors that the whole tree may use.</summary>
    public double? CpuShare { get; init; }

    /// <summary>Bytes of the largest file that may be written (RLIMIT_FSIZE).</summary>
    public long? FileSize { get; init; }

    /// <summary>Further limits by name.</summary>
    public IReadOnlyDictionary<string, string> ResourceLimits { get; init; } = new Dictionary<string, string>();

    /// <summary>Further visible paths.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Further writable paths.</summary>
    public IReadOnlyList<string> WritablePaths { get; init; } = [];

    /// <summary>Further hidden paths.</summary>
    public IReadOnlyList<string> HiddenPaths { get; init; } = [];

    /// <summary>A directory to be the root.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>The network.</summary>
    public NetworkMode? Network { get; init; }

    /// <summary>Further ranges that may be reached.</summary>
    public IReadOnlyList<string> AllowCidrs { get; init; } = [];

    /// <summary>Further ranges that may not.</summary>
    public IReadOnlyList<string> DenyCidrs { get; init; } = [];

    /// <summary>What becomes of other connections.</summary>
    public NetworkDefault? DefaultNetworkPolicy { get; init; }

    /// <summary>Refuse what is not the public Internet.</summary>
    public bool BlockPrivate { get; init; }

    /// <summary>Refuse the metadata services of clouds.</summary>
    public bool BlockMetadata { get; init; }

    /// <summary>Name servers, in place of the profile's.</summary>
    public IReadOnlyList<string> DnsServers { get; init; } = [];

    /// <summary>Further lines of hosts(5).</summary>
    public IReadOnlyList<string> HostEntries { get; init; } = [];

    /// <summary>A file of such lines.</summary>
    public string? HostsFile { get; init; }

    /// <summary>Further ports of the host.</summary>
    public IReadOnlyList<string> PublishPorts { get; init; } = [];

    /// <summary>Capabilities to keep.</summary>
    public IReadOnlyList<string> KeepCapabilities { get; init; } = [];

    /// <summary>Calls or sets allowed beyond the policy.</summary>
    public IReadOnlyList<string> AllowSyscalls { get; init; } = [];

    /// <summary>Calls or sets refused whatever the policy says.</summary>
    public IReadOnlyList<string> DenySyscalls { get; init; } = [];

    /// <summary>Bytes kept of each stream.</summary>
    public long? OutputLimit { get; init; }

    /// <summary>Run although a protection fails, and report what is missing.</summary>
    public bool BestEffort { get; init; }

    /// <summary>The profile with these changes; what a change needs (a namespace for a hidden path) comes with it.</summary>
    public HardeningProfile Apply(HardeningProfile profile)
    {
        var limits = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in profile.ResourceLimits.Concat(ResourceLimits).Concat(NamedLimits())) limits[name] = value;
        var changed = ApplyNetwork(profile) with
        {
            MemoryLimit = MemoryLimit ?? profile.MemoryLimit,
            ProcessLimit = ProcessLimit ?? profile.ProcessLimit,
            CpuShare = CpuShare ?? profile.CpuShare,
            Timeout = Timeout?.TotalSeconds ?? profile.Timeout,
            OutputLimit = OutputLimit ?? profile.OutputLimit,
            ResourceLimits = limits,
            ReadOnlyPaths = [.. profile.ReadOnlyPaths, .. ReadOnlyPaths],
            WritablePaths = [.. profile.WritablePaths, .. WritablePaths],
            HiddenPaths = [.. profile.HiddenPaths, .. HiddenPaths],
            RootDirectory = RootDirectory ?? profile.RootDirectory,
            Root = RootDirectory is null ? profile.Root : RootMode.Directory,
            KeepCapabilities = [.. profile.KeepCapabilities.Concat(KeepCapabilities).Distinct(StringComparer.Ordinal)],
            AllowSyscalls = [.. profile.AllowSyscalls, .. AllowSyscalls],
            DenySyscalls = [.. profile.DenySyscalls, .. DenySyscalls],
            FailClosed = profile.FailClosed && !BestEffort,
        };
        // With its capabilities root could take off again what covers a path, and anybody the rules of a network of their own.
        var undoable = changed.Root == RootMode.Host && HiddenPaths.Count + ReadOnlyPaths.Count > 0 && Hardening.LaunchIdentity.Current.IsRoot && changed.Identity == IdentityMode.Caller;
        return changed with { Namespaces = Namespaces(changed), DropCapabilities = changed.DropCapabilities || undoable || Network == NetworkMode.User };
    }

    // Rules of a network don't outlast it: a profile's own are left where another network is asked for.
    private HardeningProfile ApplyNetwork(HardeningProfile p)
    {
        var other = Network is { } asked && !Sandbox.Network.SandboxNetwork.Is(asked);
        return p with
        {
            Network = Network ?? p.Network,
            AllowCidrs = [.. other ? [] : p.AllowCidrs, .. AllowCidrs.Select(r => Sandbox.Network.AddressRange.Parse(r, "AllowCidr").ToString())],
            DenyCidrs = [.. other ? [] : p.DenyCidrs, .. DenyCidrs.Select(r => Sandbox.Network.AddressRange.Parse(r, "DenyCidr").ToString())],
            DefaultNetworkPolicy = DefaultNetworkPolicy ?? (other ? NetworkDefault.Allow : p.DefaultNetworkPolicy),
            BlockPrivate = BlockPrivate || (p.BlockPrivate && !other),
            BlockMetadata = BlockMetadata || (p.BlockMetadata && !other),
            DnsServers = DnsServers.Count > 0 ? [.. DnsServers.Select(s => Sandbox.Network.NameServers.Parse(s, "DnsServer").ToString())] : Network == NetworkMode.None ? [] : p.DnsServers,
            HostEntries = [.. p.HostEntries, .. HostEntries.Select(l => Sandbox.Network.HostsLine.Parse(l, "HostEntry")), .. HostsFile is null ? [] : Sandbox.Network.HostsLine.ReadFile(HostsFile, "HostsFile")],
            PublishPorts = [.. other ? [] : p.PublishPorts, .. PublishPorts.Select(m => Sandbox.Network.PortMapping.Parse(m, "PublishPort").ToString())],
        };
    }

    private IEnumerable<KeyValuePair<string, string>> NamedLimits()
    {
        if (CpuTime is { } cpu) yield return new("cpu", Math.Max(1, (long)Math.Ceiling(cpu.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        if (OpenFiles is { } files) yield return new("nofile", files.ToString(CultureInfo.InvariantCulture));
        if (FileSize is { } size) yield return new("fsize", size.ToString(CultureInfo.InvariantCulture));
    }

    private NamespaceKinds Namespaces(HardeningProfile changed)
    {
        var kinds = changed.Namespaces;
        if (Network == NetworkMode.Host) kinds &= ~NamespaceKinds.Network;
        if (Network is not null and not NetworkMode.Host) kinds |= NamespaceKinds.Network;
        if (Network == NetworkMode.User) kinds |= NamespaceKinds.User;
        if (HiddenPaths.Count + ReadOnlyPaths.Count > 0 && changed.Root == RootMode.Host) kinds |= NamespaceKinds.Mount;
        if (RootDirectory is not null) kinds |= NamespaceKinds.Mount | NamespaceKinds.Pid;
        // Every other namespace needs CAP_SYS_ADMIN, which a plain user has only in a user namespace of its own.
        if ((kinds & ~NamespaceKinds.User) != 0 && !Hardening.LaunchIdentity.Current.IsRoot) kinds |= NamespaceKinds.User;
        return kinds;
    }
}
