using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>
/// A Landlock domain over the visible paths (landlock(7)): everything may be read and executed, only what is meant to be writable can
/// be changed; signals and abstract sockets end at the domain. A second lock behind the mounts, by another mechanism.
/// </summary>
internal static class LandlockSteps
{
    private const ulong Execute = 1, WriteFile = 2, ReadFile = 4, ReadDirectory = 8, Truncate = 1 << 14, IoctlDevice = 1 << 15;
    private const ulong ReadAndExecute = Execute | ReadFile | ReadDirectory;
    private const ulong FileRights = Execute | WriteFile | ReadFile | Truncate | IoctlDevice;

    // Rights that each ABI added: fs bits up to 12; REFER; TRUNCATE; TCP; IOCTL_DEV; scopes (include/uapi/linux/landlock.h).
    private static ulong FileSystemRights(int abi) => abi switch { 1 => 0x1fff, 2 => 0x3fff, 3 or 4 => 0x7fff, _ => 0xffff };

    public static void Add(PlanContext c, int abi, IEnumerable<string> writable)
    {
        if (!c.Profile.Landlock)
        {
            c.NotRequested("landlock", "not asked for");
            return;
        }

        c.Begin("landlock", e => e.Landlock(abi, Lost(abi, c.Profile)));
        var w = c.Writer;
        var handled = FileSystemRights(Math.Max(1, abi));
        var network = abi >= 4 ? (c.Profile.TcpBindPorts is null ? 0UL : 1) | (c.Profile.TcpConnectPorts is null ? 0UL : 2) : 0;
        var attributes = new byte[abi >= 6 ? 24 : abi >= 4 ? 16 : 8]; // struct landlock_ruleset_attr grew with the ABI
        BinaryPrimitives.WriteUInt64LittleEndian(attributes, handled);
        if (abi >= 4) BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(8), network);
        if (abi >= 6) BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(16), 3); // LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET|SIGNAL
        var ruleset = w.Call(Syscall.LandlockCreateRuleset, w.Bytes(attributes, $"{{fs 0x{handled:x}, net 0x{network:x}{(abi >= 6 ? ", scoped 0x3" : "")}}}"), attributes.Length, 0);
        w.Requires = ruleset;
        AllowPath(c, ruleset, "/", ReadAndExecute & handled);
        foreach (var path in writable) AllowPath(c, ruleset, path, (Directory.Exists(path) || path is "/tmp" or "/dev/shm" or "/proc" ? handled : FileRights) & handled);
        foreach (var port in c.Profile.TcpBindPorts ?? []) AllowPort(c, ruleset, port, 1);
        foreach (var port in c.Profile.TcpConnectPorts ?? []) AllowPort(c, ruleset, port, 2);
        var restricted = w.Call(Syscall.LandlockRestrictSelf, ruleset, 0);
        w.Call(Syscall.Close, ruleset);
        w.Requires = restricted;
        ReadBack(c, abi);
        w.Requires = null;
    }

    /// <summary>The rights that this kernel's ABI doesn't know, by name.</summary>
    public static string Lost(int abi, HardeningProfile profile) => string.Join(", ", new[]
    {
        abi < 2 ? "refer" : null, abi < 3 ? "truncate" : null, abi < 4 && (profile.TcpBindPorts ?? profile.TcpConnectPorts) is not null ? "TCP bind and connect" : null,
        abi < 5 ? "ioctl of devices" : null, abi < 6 ? "scopes of signals and abstract sockets" : null,
    }.Where(t => t is not null));

    // The kernel shows a domain nowhere, but what it forbids can be tried, harmlessly: a null signal to the reaper, which has the same
    // ids and stands outside; or, with capabilities over the mount namespace, a mount(2) that would change nothing.
    private static void ReadBack(PlanContext c, int abi)
    {
        if (abi >= 6)
        {
            var parent = c.Writer.Call(Syscall.GetParentPid);
            c.Writer.CallRefused(Errno.EPERM, Syscall.Kill, parent, 0);
        }
        else if (c is { OwnUser: true, OwnMount: true })
        {
            c.Writer.CallRefused(Errno.EPERM, Syscall.Mount, 0, c.Writer.Text("/"), 0, PlanArgument.Value(0x4000 | 0x40000, "MS_REC|MS_PRIVATE"), 0);
        }
    }

    private static void AllowPath(PlanContext c, PlanStep ruleset, string path, ulong rights)
    {
        var w = c.Writer;
        var rule = new byte[12]; // struct landlock_path_beneath_attr: rights, descriptor
        BinaryPrimitives.WriteUInt64LittleEndian(rule, rights);
        var attribute = w.Bytes(rule, $"{{0x{rights:x}, \"{path}\"}}");
        w.CallStoring((int)attribute.Number + 8, Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(path), PlanArgument.Value(0x280000, "O_PATH|O_CLOEXEC"), 0);
        var opened = w.Steps[^1];
        w.Call(Syscall.LandlockAddRule, ruleset, PlanArgument.Value(1, "LANDLOCK_RULE_PATH_BENEATH"), attribute, 0);
        w.Call(Syscall.Close, opened);
    }

    private static void AllowPort(PlanContext c, PlanStep ruleset, int port, ulong right)
    {
        var rule = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(rule, right);
        BinaryPrimitives.WriteUInt64LittleEndian(rule.AsSpan(8), (ulong)port);
        c.Writer.Call(Syscall.LandlockAddRule, ruleset, PlanArgument.Value(2, "LANDLOCK_RULE_NET_PORT"), c.Writer.Bytes(rule, $"{{0x{right:x}, {port}}}"), 0);
    }
}
