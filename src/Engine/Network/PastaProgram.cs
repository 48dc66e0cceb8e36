using System.Globalization;
using System.Net;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// pasta of the package passt: the other end of the target's interface, whose connections it makes as its own, without a privilege. It
/// joins the target's user namespace, where what it has left of capabilities means nothing to the host.
/// </summary>
internal static class PastaProgram
{
    private static readonly string[] Directories = ["/usr/bin", "/bin", "/usr/local/bin"];

    // The place that the package's own AppArmor profile lets it read namespaces at.
    private const string Runtime = "/run", Bound = Runtime + "/user/0/netns/";

    /// <summary>Where it is, or why there is none.</summary>
    public static string Require() => Directories.Select(d => Path.Join(d, "pasta")).FirstOrDefault(File.Exists)
        ?? throw new SandboxException("pasta,ENOENT", SandboxErrorKind.NotInstalled, "-Network User needs pasta, which is in none of " + string.Join(", ", Directories) + ".", "Install the package passt.");

    /// <summary>Starts it for a target that waits.</summary>
    public static HelperProgram Start(TargetSpace target, string link, NatAddresses addresses, bool withIPv4, bool withIPv6, IReadOnlyList<PortMapping> published)
    {
        var root = LaunchIdentity.Current.IsRoot;
        var (user, network) = root ? (Bound + "user", Bound + "net") : (target.UserPath, target.NetworkPath);
        string[] arguments =
        [
            "--foreground", "--quiet", "--config-net", "--ns-ifname", link,
            // As root it would become nobody, who may not join.
            .. root ? (string[])["--runas", "0"] : [],
            .. withIPv4 ? Family(addresses.Target4, addresses.Gateway4) : ["--ipv6-only"],
            .. withIPv4 ? ["--netmask", NatAddresses.Prefix4.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. withIPv6 ? Family(addresses.Target6, addresses.Gateway6) : ["--ipv4-only"],
            // Nothing on its own: no way to the host's loopback, no port that nobody asked for, no name server of the host's.
            "--no-map-gw", "--no-dhcp", "--no-dhcpv6", "--no-ra", "--tcp-ns", "none", "--udp-ns", "none",
            .. Ports("--tcp-ports", published.Where(p => p.Protocol == "tcp")), .. Ports("--udp-ports", published.Where(p => p.Protocol == "udp")),
            "--no-netns-quit", "--userns", user, "--netns", network,
        ];
        return HelperProgram.Start(Require(), arguments, root ? w => Bind(w, target) : null);
    }

    private static string[] Family(IPAddress target, IPAddress gateway) => ["--address", target.ToString(), "--gateway", gateway.ToString()];

    private static IEnumerable<string> Ports(string option, IEnumerable<PortMapping> mappings)
    {
        var any = false;
        foreach (var mapping in mappings)
        {
            any = true;
            yield return option;
            yield return string.Create(CultureInfo.InvariantCulture, $"{mapping.HostPort}:{mapping.SandboxPort}");
        }

        if (any) yield break;
        yield return option;
        yield return "none";
    }

    // It gives up the capability by which root may look at another's namespaces in /proc before it opens them, so it finds them as files
    // in a mount namespace of its own.
    private static void Bind(PlanWriter w, TargetSpace target)
    {
        w.Call(Syscall.Unshare, PlanArgument.Value(0x20000, "CLONE_NEWNS"));
        w.Call(Syscall.Mount, 0, w.Text("/"), 0, PlanArgument.Value(0x4000 | 0x80000, "MS_REC|MS_SLAVE"), 0);
        w.Call(Syscall.Mount, w.Text("tmpfs"), w.Text(Runtime), w.Text("tmpfs"), PlanArgument.Value(0x2 | 0x4 | 0x8, "MS_NOSUID|MS_NODEV|MS_NOEXEC"), w.Text("mode=0755"));
        foreach (var directory in new[] { Runtime + "/user", Runtime + "/user/0", Bound }) w.Call(Syscall.MkdirAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(directory), 0x1ed); // 0755
        foreach (var (from, to) in new[] { (target.UserPath, Bound + "user"), (target.NetworkPath, Bound + "net") })
        {
            w.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(to), PlanArgument.Value(0x80000 | 0x40 | 0x1, "O_WRONLY|O_CREAT|O_CLOEXEC"), 0x180); // 0600
            w.Call(Syscall.Mount, w.Text(from), w.Text(to), 0, PlanArgument.Value(0x1000, "MS_BIND"), 0);
        }
    }
}
