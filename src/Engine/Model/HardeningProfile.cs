namespace Sandbox;

/// <summary>
/// What is asked of a run, as data. A profile is immutable; <c>with</c> makes a changed copy.
/// Units: bytes, seconds, counts. A null limit is not set.
/// </summary>
public sealed record HardeningProfile
{
    /// <summary>The profile's name, as completion offers it.</summary>
    public required string Name { get; init; }

    /// <summary>One line about its purpose.</summary>
    public string Description { get; init; } = "";

    /// <summary>The rule by which its level is judged.</summary>
    public HardeningTier Tier { get; init; } = HardeningTier.Strict;

    /// <summary>When true a run whose requested protection fails never starts.</summary>
    public bool FailClosed { get; init; } = true;

    /// <summary>The namespaces that the target gets of its own.</summary>
    public NamespaceKinds Namespaces { get; init; }

    /// <summary>Whom the target is on the host.</summary>
    public IdentityMode Identity { get; init; } = IdentityMode.Caller;

    /// <summary>Which network the target sees; None and Nat ask for a network namespace.</summary>
    public NetworkMode Network { get; init; } = NetworkMode.Host;

    /// <summary>Ranges of addresses that the target may reach, for <see cref="NetworkMode.Nat"/>; what is denied or blocked stays so.</summary>
    public IReadOnlyList<string> AllowCidrs { get; init; } = [];

    /// <summary>Ranges of addresses that the target may not reach.</summary>
    public IReadOnlyList<string> DenyCidrs { get; init; } = [];

    /// <summary>What becomes of connections to any other address.</summary>
    public NetworkDefault DefaultNetworkPolicy { get; init; }

    /// <summary>Whether addresses that are no part of the public Internet are refused.</summary>
    public bool BlockPrivate { get; init; }

    /// <summary>Whether the addresses are refused at which clouds tell about the machine.</summary>
    public bool BlockMetadata { get; init; }

    /// <summary>Where the target asks for names; none is what the host asks.</summary>
    public IReadOnlyList<string> DnsServers { get; init; } = [];

    /// <summary>Lines of hosts(5) that the target finds in its /etc/hosts.</summary>
    public IReadOnlyList<string> HostEntries { get; init; } = [];

    /// <summary>Ports of the host that lead to the target, as <c>8080:80/tcp</c>.</summary>
    public IReadOnlyList<string> PublishPorts { get; init; } = [];

    /// <summary>What the target sees as root.</summary>
    public RootMode Root { get; init; } = RootMode.Host;

    /// <summary>The directory for <see cref="RootMode.Directory"/>.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>Whether the working directory is writable inside a private root.</summary>
    public bool WritableWorkingDirectory { get; init; } = true;

    /// <summary>Further paths that are visible, read-only.</summary>
    public IReadOnlyList<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Further paths that are visible and writable.</summary>
    public IReadOnlyList<string> WritablePaths { get; init; } = [];

    /// <summary>Paths that are covered by an empty directory or file.</summary>
    public IReadOnlyList<string> HiddenPaths { get; init; } = [];

    /// <summary>The size of each private tmpfs in bytes.</summary>
    public long TmpfsSize { get; init; } = 256L << 20;

    /// <summary>Whether a Landlock domain mirrors the visible paths, and scopes signals and abstract sockets.</summary>
    public bool Landlock { get; init; }

    /// <summary>TCP ports that Landlock lets the target connect to; null leaves connect(2) alone.</summary>
    public IReadOnlyList<int>? TcpConnectPorts { get; init; }

    /// <summary>TCP ports that Landlock lets the target bind; null leaves bind(2) alone.</summary>
    public IReadOnlyList<int>? TcpBindPorts { get; init; }

    /// <summary>PR_SET_NO_NEW_PRIVS.</summary>
    public bool NoNewPrivileges { get; init; } = true;

    /// <summary>Empty the five capability sets but for <see cref="KeepCapabilities"/>, and lock the securebits.</summary>
    public bool DropCapabilities { get; init; }

    /// <summary>Capabilities that the target keeps, in the form <c>CAP_NET_BIND_SERVICE</c>.</summary>
    public IReadOnlyList<string> KeepCapabilities { get; init; } = [];

    /// <summary>A new session keyring.</summary>
    public bool NewKeyring { get; init; }

    /// <summary>PR_SET_MDWE: no memory that is writable and executable. Breaks JIT compilers.</summary>
    public bool MemoryDenyWriteExecute { get; init; }

    /// <summary>setsid(2): no controlling terminal.</summary>
    public bool NewSession { get; init; }

    /// <summary>Start from an empty environment.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>Variables of the caller that a clean environment keeps.</summary>
    public IReadOnlyList<string> KeepEnvironment { get; init; } = [];

    /// <summary>The seccomp policy: a built-in name (<c>standard</c>, <c>strict</c>) or null for none.</summary>
    public string? SeccompPolicy { get; init; }

    /// <summary>System calls or <c>@sets</c> allowed beyond the policy.</summary>
    public IReadOnlyList<string> AllowSyscalls { get; init; } = [];

    /// <summary>System calls or <c>@sets</c> refused whatever the policy says.</summary>
    public IReadOnlyList<string> DenySyscalls { get; init; } = [];

    /// <summary>
    /// Resource limits by getrlimit(2) name in lower case without the prefix (<c>as</c>, <c>cpu</c>, <c>nofile</c>, …) to a number
    /// or an expression of <c>timeout</c> (seconds) and <c>memory</c> (bytes): <c>max(8 * memory, 4096MB)</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> ResourceLimits { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The memory of the whole tree, in bytes, by cgroup.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Processes and threads of the whole tree, by cgroup.</summary>
    public long? ProcessLimit { get; init; }

    /// <summary>Processor time as a share of one processor (1.5 is one and a half), by cgroup.</summary>
    public double? CpuShare { get; init; }

    /// <summary>Wall-clock seconds after which the tree is killed.</summary>
    public double? Timeout { get; init; }

    /// <summary>Bytes kept of each output stream (the head and the tail of it).</summary>
    public long OutputLimit { get; init; } = 16L << 20;

    /// <summary>The name: a record's own text would list every property.</summary>
    public override string ToString() => Name;
}
