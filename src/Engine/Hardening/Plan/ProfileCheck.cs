namespace Sandbox.Hardening;

/// <summary>Refuses combinations that could not do what they say.</summary>
internal static class ProfileCheck
{
    public static void Consistent(HardeningProfile p)
    {
        var namespaces = p.Namespaces;
        if (p.Root != RootMode.Host) Need(namespaces, NamespaceKinds.Mount, "a private root");
        if (p.Root != RootMode.Host) Need(namespaces, NamespaceKinds.Pid, "an own /proc");
        if (p.Network != NetworkMode.Host) Need(namespaces, NamespaceKinds.Network, $"-Network {p.Network}");
        else if ((namespaces & NamespaceKinds.Network) != 0) throw Inconsistent("it has a network namespace and -Network Host", "Use -Network None, Nat or User, or take the network namespace out of the profile.");
        CheckNetwork(p);
        if (p.Identity != IdentityMode.Caller) Need(namespaces, NamespaceKinds.User, $"identity {p.Identity}");
        if (p.Root == RootMode.Host && p.HiddenPaths.Count + p.ReadOnlyPaths.Count > 0) Need(namespaces, NamespaceKinds.Mount, "-HiddenPath and -ReadOnlyPath");
        if (p.Root == RootMode.Host && p.WritablePaths.Count > 0 && !p.Landlock) throw Inconsistent("writable paths change nothing where the whole host is visible and Landlock is off", "Use a private root, or Landlock.");
        if (p.Root == RootMode.Host && p.HiddenPaths.Count + p.ReadOnlyPaths.Count > 0 && LaunchIdentity.Current.IsRoot && p.Identity == IdentityMode.Caller && (!p.DropCapabilities || p.KeepCapabilities.Any(c => Capability.Parse(c) is 2 or 18 or 19 or 21))) throw Inconsistent("root with CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_CHROOT or CAP_DAC_READ_SEARCH can undo hidden and read-only paths", "Set dropCapabilities and don't keep these.");
        if (p.KeepCapabilities.Count > 0 && !p.DropCapabilities) throw Inconsistent("capabilities are kept but none are dropped", "Set dropCapabilities.");
        if ((p.TcpConnectPorts ?? p.TcpBindPorts) is not null && !p.Landlock) throw Inconsistent("TCP ports are named, and without Landlock nothing holds the program to them", "Set landlock, or name no ports.");
        if (p.Root == RootMode.Directory && p.RootDirectory is null) throw Inconsistent("its root is a directory and none is named", "Give -RootDirectory.");
        if ((p.SeccompPolicy is not null || p.Landlock) && !p.NoNewPrivileges && (namespaces & NamespaceKinds.User) == 0) throw Inconsistent("seccomp and Landlock need no_new_privs", "Set noNewPrivileges.");
    }

    private static void CheckNetwork(HardeningProfile p)
    {
        if (!Network.SandboxNetwork.Is(p.Network) && Network.NetworkRules.First(p) is { } rule) throw Inconsistent($"{rule} says something about a network that it doesn't have", "Use -Network Nat or User.");
        if (p.DnsServers.Count > 0 && (p.Root != RootMode.Private || p.Network == NetworkMode.None)) throw Inconsistent("-DnsServer needs a private root, where its resolv.conf is made, and a network", "Use root Private, with -Network Nat, User or Host.");
        if (p.HostEntries.Count > 0 && p.Root != RootMode.Private) throw Inconsistent("-HostEntry and -HostsFile need a private root, where its hosts file is made", "Use root Private.");
        if (p.Network == NetworkMode.Nat && !LaunchIdentity.Current.IsRoot) throw new SandboxException("Network,EPERM", SandboxErrorKind.PermissionDenied, "-Network Nat changes the host's network, which only root may do.", "Run as root, or use -Network User, None or Host.");
        Network.NetworkRules.Check(p);
        if (p.Network == NetworkMode.User) CheckUserNetwork(p);
    }

    private static void CheckUserNetwork(HardeningProfile p)
    {
        Need(p.Namespaces, NamespaceKinds.User, "-Network User");
        // 12 is CAP_NET_ADMIN, 13 CAP_NET_RAW: what leaves by a packet socket passes no rule.
        if (!p.DropCapabilities || p.KeepCapabilities.Any(c => Capability.Parse(c) is 12 or 13)) throw Inconsistent("a program with CAP_NET_ADMIN or CAP_NET_RAW isn't held by the rules of its -Network User", "Set dropCapabilities and don't keep these, or use -Network Nat.");
        Network.PastaProgram.Require();
        Network.NftProgram.Require();
        Network.TunDevice.Require();
    }

    private static void Need(NamespaceKinds have, NamespaceKinds need, string what)
    {
        if ((have & need) == 0) throw Inconsistent($"{what} needs the {need.ToString().ToLowerInvariant()} namespace", $"Add {need} to the profile's namespaces.");
    }

    private static SandboxException Inconsistent(string what, string remedy) =>
        new("HardeningProfile,INCONSISTENT", SandboxErrorKind.InvalidArgument, $"The profile can't do what it says: {what}.", remedy);
}
