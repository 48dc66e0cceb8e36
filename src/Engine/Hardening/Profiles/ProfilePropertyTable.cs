namespace Sandbox.Hardening;

/// <summary>Every property of a profile document, in the order in which they are written.</summary>
internal static class ProfilePropertyTable
{
    private const int MaxCount = 4 << 20; // PID_MAX_LIMIT of 64-bit kernels (include/linux/threads.h)

    public static IReadOnlyList<ProfileProperty> All { get; } =
    [
        new("name", (p, n) => p with { Name = n.AsString() }, p => p.Name, None),
        new("description", (p, n) => p with { Description = n.AsText() }, p => p.Description, None),
        new("tier", (p, n) => p with { Tier = n.AsEnum<HardeningTier>() }, p => p.Tier.ToString(),
            (b, d) => d.Tier < b.Tier ? "Strict becomes Standard" : null),
        new("failClosed", (p, n) => p with { FailClosed = n.AsBoolean() }, p => p.FailClosed, Off(p => p.FailClosed)),
        new("namespaces", (p, n) => p with { Namespaces = ReadNamespaces(n) }, p => WriteNamespaces(p.Namespaces),
            (b, d) => (b.Namespaces & ~d.Namespaces) is var lost and not 0 ? $"loses {lost}" : null),
        new("identity", (p, n) => p with { Identity = n.AsEnum<IdentityMode>() }, p => p.Identity.ToString(), ProfileLoosening.Identity),
        new("network", (p, n) => p with { Network = n.AsEnum<NetworkMode>() }, p => p.Network.ToString(),
            ProfileLoosening.Network),
        new("allowCidrs", (p, n) => p with { AllowCidrs = List(n, Range("AllowCidr")) }, p => p.AllowCidrs,
            (b, d) => ProfileLoosening.HaveRules(b, d) && b.DefaultNetworkPolicy == NetworkDefault.Deny ? ProfileLoosening.Added(b.AllowCidrs, d.AllowCidrs) : null),
        new("denyCidrs", (p, n) => p with { DenyCidrs = List(n, Range("DenyCidr")) }, p => p.DenyCidrs,
            (b, d) => ProfileLoosening.HaveRules(b, d) ? ProfileLoosening.Removed(b.DenyCidrs, d.DenyCidrs) : null),
        new("defaultNetworkPolicy", (p, n) => p with { DefaultNetworkPolicy = n.AsEnum<NetworkDefault>() }, p => p.DefaultNetworkPolicy.ToString(),
            (b, d) => ProfileLoosening.HaveRules(b, d) && d.DefaultNetworkPolicy < b.DefaultNetworkPolicy ? "Deny becomes Allow" : null),
        new("blockPrivate", (p, n) => p with { BlockPrivate = n.AsBoolean() }, p => p.BlockPrivate,
            (b, d) => ProfileLoosening.HaveRules(b, d) ? Off(p => p.BlockPrivate)(b, d) : null),
        new("blockMetadata", (p, n) => p with { BlockMetadata = n.AsBoolean() }, p => p.BlockMetadata,
            (b, d) => ProfileLoosening.HaveRules(b, d) ? Off(p => p.BlockMetadata)(b, d) : null),
        new("dnsServers", (p, n) => p with { DnsServers = List(n, Checked(t => Sandbox.Network.NameServers.Parse(t, "DnsServer").ToString())) }, p => p.DnsServers,
            (b, d) => ProfileLoosening.HaveRules(b, d) ? ProfileLoosening.Added(b.DnsServers, d.DnsServers) : null),
        new("hostEntries", (p, n) => p with { HostEntries = List(n, Checked(t => Sandbox.Network.HostsLine.Parse(t, "HostEntry"))) }, p => p.HostEntries, None),
        new("publishPorts", (p, n) => p with { PublishPorts = List(n, Checked(t => Sandbox.Network.PortMapping.Parse(t, "PublishPort").ToString())) }, p => p.PublishPorts,
            (b, d) => ProfileLoosening.HaveRules(b, d) ? ProfileLoosening.Added(b.PublishPorts, d.PublishPorts) : null),
        new("root", (p, n) => p with { Root = n.AsEnum<RootMode>() }, p => p.Root.ToString(), ProfileLoosening.Root),
        new("rootDirectory", (p, n) => p with { RootDirectory = Optional(n, Path) }, p => p.RootDirectory, ProfileLoosening.RootDirectory),
        new("writableWorkingDirectory", (p, n) => p with { WritableWorkingDirectory = n.AsBoolean() }, p => p.WritableWorkingDirectory,
            (b, d) => d.WritableWorkingDirectory && !b.WritableWorkingDirectory ? "the working directory becomes writable" : null),
        new("readOnlyPaths", (p, n) => p with { ReadOnlyPaths = List(n, Path) }, p => p.ReadOnlyPaths, ProfileLoosening.ReadOnlyPaths),
        new("writablePaths", (p, n) => p with { WritablePaths = List(n, Path) }, p => p.WritablePaths, ProfileLoosening.WritablePaths),
        new("hiddenPaths", (p, n) => p with { HiddenPaths = List(n, Path) }, p => p.HiddenPaths, ProfileLoosening.HiddenPaths),
        new("tmpfsSize", (p, n) => p with { TmpfsSize = n.AsSize(4096) }, p => p.TmpfsSize, Raised(p => p.TmpfsSize)),
        new("landlock", (p, n) => p with { Landlock = n.AsBoolean() }, p => p.Landlock, Off(p => p.Landlock)),
        new("tcpConnectPorts", (p, n) => p with { TcpConnectPorts = Optional(n, Ports) }, p => p.TcpConnectPorts, ProfileLoosening.Ports(p => p.TcpConnectPorts)),
        new("tcpBindPorts", (p, n) => p with { TcpBindPorts = Optional(n, Ports) }, p => p.TcpBindPorts, ProfileLoosening.Ports(p => p.TcpBindPorts)),
        new("noNewPrivileges", (p, n) => p with { NoNewPrivileges = n.AsBoolean() }, p => p.NoNewPrivileges, Off(p => p.NoNewPrivileges)),
        new("dropCapabilities", (p, n) => p with { DropCapabilities = n.AsBoolean() }, p => p.DropCapabilities, Off(p => p.DropCapabilities)),
        new("keepCapabilities", (p, n) => p with { KeepCapabilities = List(n, ReadCapability) }, p => p.KeepCapabilities,
            (b, d) => b.DropCapabilities ? ProfileLoosening.Added(b.KeepCapabilities, d.KeepCapabilities) : null),
        new("newKeyring", (p, n) => p with { NewKeyring = n.AsBoolean() }, p => p.NewKeyring, Off(p => p.NewKeyring)),
        new("memoryDenyWriteExecute", (p, n) => p with { MemoryDenyWriteExecute = n.AsBoolean() }, p => p.MemoryDenyWriteExecute, Off(p => p.MemoryDenyWriteExecute)),
        new("newSession", (p, n) => p with { NewSession = n.AsBoolean() }, p => p.NewSession, Off(p => p.NewSession)),
        new("cleanEnvironment", (p, n) => p with { CleanEnvironment = n.AsBoolean() }, p => p.CleanEnvironment, Off(p => p.CleanEnvironment)),
        new("keepEnvironment", (p, n) => p with { KeepEnvironment = List(n, VariableName) }, p => p.KeepEnvironment,
            (b, d) => b.CleanEnvironment ? ProfileLoosening.Added(b.KeepEnvironment, d.KeepEnvironment) : null),
        new("seccompPolicy", (p, n) => p with { SeccompPolicy = Optional(n, x => x.AsString()) }, p => p.SeccompPolicy, ProfileLoosening.SeccompPolicy),
        new("allowSyscalls", (p, n) => p with { AllowSyscalls = List(n, x => x.AsString()) }, p => p.AllowSyscalls,
            (b, d) => b.SeccompPolicy is not null ? ProfileLoosening.Added(b.AllowSyscalls, d.AllowSyscalls) : null),
        new("denySyscalls", (p, n) => p with { DenySyscalls = List(n, x => x.AsString()) }, p => p.DenySyscalls,
            (b, d) => ProfileLoosening.Removed(b.DenySyscalls, d.DenySyscalls)),
        new("resourceLimits", ReadLimits, p => p.ResourceLimits, ProfileLoosening.ResourceLimits),
        new("memoryLimit", (p, n) => p with { MemoryLimit = Optional<long>(n, x => x.AsSize(4096)) }, p => p.MemoryLimit, Raised(p => p.MemoryLimit)),
        new("processLimit", (p, n) => p with { ProcessLimit = Optional<long>(n, x => x.AsCount(1, MaxCount)) }, p => p.ProcessLimit, Raised(p => p.ProcessLimit)),
        new("cpuShare", (p, n) => p with { CpuShare = Optional<double>(n, x => x.AsNumber(0.01, 8192)) }, p => p.CpuShare, Raised(p => p.CpuShare)),
        new("timeout", (p, n) => p with { Timeout = Optional<double>(n, x => x.AsSeconds()) }, p => p.Timeout, Raised(p => p.Timeout)),
        new("outputLimit", (p, n) => p with { OutputLimit = n.AsSize(0) }, p => p.OutputLimit, Raised(p => p.OutputLimit)),
    ];

    private static string? None(HardeningProfile b, HardeningProfile d) => null;

    private static Func<HardeningProfile, HardeningProfile, string?> Off(Func<HardeningProfile, bool> get) =>
        (b, d) => get(b) && !get(d) ? "is switched off" : null;

    private static Func<HardeningProfile, HardeningProfile, string?> Raised(Func<HardeningProfile, double?> get) =>
        (b, d) => get(b) is not { } old ? null : get(d) is not { } now ? FormattableString.Invariant($"the limit of {old} is removed")
            : now > old ? FormattableString.Invariant($"{old} is raised to {now}") : null;

    private static T? Optional<T>(ProfileNode node, Func<ProfileNode, T> read) where T : class => node.Value is null ? null : read(node);

    private static T? Optional<T>(ProfileNode node, Func<ProfileNode, T?> read) where T : struct => node.Value is null ? null : read(node);

    private static IReadOnlyList<T> List<T>(ProfileNode node, Func<ProfileNode, T> read) => [.. node.AsList().Select(read).Distinct()];

    private static IReadOnlyList<int> Ports(ProfileNode node) => List(node, n => (int)n.AsCount(0, 65535));

    private static string Path(ProfileNode node) =>
        node.AsString() is ['/', ..] path ? path : throw node.Error("BAD_VALUE", $"'{node.Value}' is no absolute path");

    private static Func<ProfileNode, string> Range(string parameter) => Checked(t => Sandbox.Network.AddressRange.Parse(t, parameter).ToString());

    private static Func<ProfileNode, string> Checked(Func<string, string> read) => node =>
    {
        try
        {
            return read(node.AsString());
        }
        catch (SandboxException e) when (e.ErrorId.EndsWith(",EINVAL", StringComparison.Ordinal))
        {
            throw node.Error("BAD_VALUE", e.Message);
        }
    };

    private static string VariableName(ProfileNode node) =>
        node.AsString() is var name && !name.Contains('=') ? name : throw node.Error("BAD_VALUE", $"'{name}' is no variable name");

    private static string ReadCapability(ProfileNode node) => Capability.TryParse(node.AsString(), out int number)
        ? Capability.Name(number)
        : throw node.Error("UNKNOWN_NAME", $"capability '{node.Value}' is not known.{NameSuggestion.For(node.AsString(), Capability.Names)}");

    private static NamespaceKinds ReadNamespaces(ProfileNode node) => node.Value is string
        ? node.AsEnum<NamespaceKinds>()
        : node.AsList().Aggregate(NamespaceKinds.None, (set, n) => set | n.AsEnum<NamespaceKinds>());

    private static string[] WriteNamespaces(NamespaceKinds kinds) => [.. Enum.GetValues<NamespaceKinds>()
        .Where(k => k is not NamespaceKinds.None and not NamespaceKinds.All && kinds.HasFlag(k)).Select(k => k.ToString())];

    // Limits are merged by name, so that a derived profile changes one without restating the others; null takes one away.
    private static HardeningProfile ReadLimits(HardeningProfile profile, ProfileNode node)
    {
        var limits = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string text) in profile.ResourceLimits)
            limits[name] = text;
        foreach ((string name, ProfileNode value) in node.AsObject())
        {
            if (!ResourceLimitTable.TryGet(name, out _))
                throw value.Error("UNKNOWN_NAME", $"resource limit '{name}' is not known.{NameSuggestion.For(name, ResourceLimitTable.All.Select(l => l.Name))}");
            if (value.Value is null)
                limits.Remove(name);
            else
                limits[name] = value.Value is string ? Expression(value) : value.AsCount(0, long.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return profile with { ResourceLimits = limits };
    }

    private static string Expression(ProfileNode node)
    {
        try
        {
            return LimitExpression.Parse(node.AsString()).Text;
        }
        catch (SandboxException e) when (e.ErrorId.StartsWith("LimitExpression,", StringComparison.Ordinal))
        {
            throw node.Error("BAD_VALUE", e.Message);
        }
    }
}
