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
    public static void Add(PlanContext c, IEnumerable<LandlockPathRule> paths)
    {
        if (!c.Profile.Landlock)
        {
            c.NotRequested("landlock", "not asked for");
            return;
        }

        var abi = Math.Max(1, LandlockAbi.Kernel); // without Landlock the first call fails, and its row says why
        var wanted = new LandlockRuleset { Paths = [LandlockPathRule.ReadExecute("/"), .. paths] }.WithPorts(c.Profile.TcpConnectPorts, c.Profile.TcpBindPorts);
        var (ruleset, lost) = LandlockAbi.Negotiate(wanted, abi);
        c.Domain = ruleset;
        // What was asked for by name and can't be had is missing, however much of the domain is in force.
        if (ruleset.HandledNet != wanted.HandledNet) c.Rows.Add(new("landlock_tcp", _ => new(false, $"Landlock ABI {abi} knows no TCP ports; it takes ABI 4, Linux 6.7"), false));
        c.Begin("landlock", e => e.Landlock(abi, string.Join(", ", lost)));
        var w = c.Writer;
        var created = w.Call(Syscall.LandlockCreateRuleset, Attribute(w, ruleset, abi), LandlockAbi.RulesetAttributeSize(abi), 0);
        w.Requires = created;
        foreach (var rule in ruleset.Paths) Allow(w, created, rule);
        foreach (var rule in ruleset.Ports) Allow(w, created, rule);
        var restricted = w.Call(Syscall.LandlockRestrictSelf, created, 0);
        w.Call(Syscall.Close, created);
        w.Requires = restricted;
        ReadBack(c, abi);
        w.Requires = null;
    }

    /// <summary>
    /// Without a pid namespace the target could kill its reaper, and so outlive its own end: a domain that forbids nothing but signals
    /// to outside keeps it from that.
    /// </summary>
    public static void AddReaperGuard(PlanContext c)
    {
        var abi = LandlockAbi.Kernel;
        if (c.OwnPid || c.Profile.Landlock) return;
        if (abi < 6 || !c.Profile.NoNewPrivileges)
        {
            c.NotRequested("reaper_guard", $"a target that kills its reaper outlives it: {(abi < 6 ? $"Landlock ABI {abi} has no signal scope (ABI 6, Linux 6.12)" : "no_new_privs is off")}");
            return;
        }

        c.Begin("reaper_guard", e => e.StepResults("reaper_guard", "a signal to the reaper was refused"));
        var w = c.Writer;
        var ruleset = new LandlockRuleset { HandledFs = 0, Scope = LandlockScope.Signal };
        c.Domain = ruleset;
        var created = w.Call(Syscall.LandlockCreateRuleset, Attribute(w, ruleset, abi), LandlockAbi.RulesetAttributeSize(abi), 0);
        w.Requires = created;
        w.Requires = w.Call(Syscall.LandlockRestrictSelf, created, 0);
        w.Call(Syscall.Close, created);
        ReadBack(c, abi);
        w.Requires = null;
    }

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

    private static PlanArgument Attribute(PlanWriter w, LandlockRuleset ruleset, int abi)
    {
        var bytes = new byte[24]; // struct landlock_ruleset_attr
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)ruleset.HandledFs);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (ulong)ruleset.HandledNet);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), (ulong)ruleset.Scope);
        return w.Bytes(bytes.AsSpan(0, LandlockAbi.RulesetAttributeSize(abi)), $"{{fs 0x{(ulong)ruleset.HandledFs:x}, net 0x{(ulong)ruleset.HandledNet:x}, scoped 0x{(ulong)ruleset.Scope:x}}}");
    }

    private static void Allow(PlanWriter w, PlanStep ruleset, LandlockPathRule rule)
    {
        var bytes = new byte[12]; // struct landlock_path_beneath_attr: rights, descriptor
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)rule.Access);
        var attribute = w.Bytes(bytes, $"{{0x{(ulong)rule.Access:x}, \"{rule.Path}\"}}");
        var opened = w.CallStoring((int)attribute.Number + 8, Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(rule.Path), PlanArgument.Value(0x280000, "O_PATH|O_CLOEXEC"), 0);
        w.Call(Syscall.LandlockAddRule, ruleset, PlanArgument.Value(LandlockPathBeneathAttribute.RuleType, "LANDLOCK_RULE_PATH_BENEATH"), attribute, 0);
        w.Call(Syscall.Close, opened);
    }

    private static void Allow(PlanWriter w, PlanStep ruleset, LandlockPortRule rule)
    {
        var bytes = new byte[16]; // struct landlock_net_port_attr
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)rule.Access);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), (ulong)rule.Port);
        w.Call(Syscall.LandlockAddRule, ruleset, PlanArgument.Value(LandlockNetPortAttribute.RuleType, "LANDLOCK_RULE_NET_PORT"), w.Bytes(bytes, $"{{0x{(ulong)rule.Access:x}, {rule.Port}}}"), 0);
    }
}
