using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>What each version of Landlock knows (landlock(7), Documentation/userspace-api/landlock.rst).</summary>
public static class LandlockAbi
{
    private static readonly Lazy<(int Version, string? Reason)> Probe = new(() =>
    {
        int version = LandlockCreateRuleset.QueryVersion(out int errno);
        return (version, errno switch
        {
            0 => null,
            Errno.ENOSYS => "this kernel was built without Landlock (ENOSYS)",
            Errno.EOPNOTSUPP => "Landlock is built in and not enabled at boot (EOPNOTSUPP)",
            _ => $"landlock_create_ruleset: {Errno.Name(errno)}",
        });
    });

    /// <summary>The running kernel's version; 0 when Landlock is absent, see <see cref="KernelReason"/>.</summary>
    public static int Kernel => Probe.Value.Version;

    /// <summary>Why <see cref="Kernel"/> is 0; null where it isn't.</summary>
    public static string? KernelReason => Probe.Value.Reason;

    /// <summary>The file system rights of a version. A later version than those known here has at least those of the last one.</summary>
    public static LandlockAccessFs Fs(int abi) => abi switch
    {
        <= 0 => 0,
        1 => (LandlockAccessFs)((1UL << 13) - 1),
        2 => (LandlockAccessFs)((1UL << 14) - 1),
        3 or 4 => (LandlockAccessFs)((1UL << 15) - 1),
        _ => LandlockAccessFs.All,
    };

    /// <summary>The network rights of a version.</summary>
    public static LandlockAccessNet Net(int abi) => abi >= 4 ? LandlockAccessNet.BindTcp | LandlockAccessNet.ConnectTcp : 0;

    /// <summary>The scopes of a version.</summary>
    public static LandlockScope Scope(int abi) => abi >= 6 ? LandlockScope.AbstractUnixSocket | LandlockScope.Signal : 0;

    /// <summary>How much of struct landlock_ruleset_attr a version knows.</summary>
    public static int RulesetAttributeSize(int abi) => abi >= 6 ? 24 : abi >= 4 ? 16 : 8;

    /// <summary>The ruleset as a version can enforce it, and the names of the rights that are lost.</summary>
    public static (LandlockRuleset Ruleset, IReadOnlyList<string> Lost) Negotiate(LandlockRuleset wanted, int abi)
    {
        LandlockAccessFs fs = wanted.HandledFs & Fs(abi);
        LandlockAccessNet net = wanted.HandledNet & Net(abi);
        LandlockScope scope = wanted.Scope & Scope(abi);
        IReadOnlyList<string> lost =
        [
            .. Names(wanted.HandledFs & ~fs, "fs_"), .. Names(wanted.HandledNet & ~net, "net_"), .. Names(wanted.Scope & ~scope, "scope_"),
        ];
        // A rule with a right that isn't handled, or with none, is refused (EINVAL, ENOMSG).
        return (wanted with
        {
            HandledFs = fs, HandledNet = net, Scope = scope,
            Paths = [.. wanted.Paths.Select(p => p with { Access = p.Access & fs }).Where(p => p.Access != 0)],
            Ports = [.. wanted.Ports.Select(p => p with { Access = p.Access & net }).Where(p => p.Access != 0)],
        }, lost);
    }

    // IoctlDev is fs_ioctl_dev: the header's name in lower case without LANDLOCK_ and ACCESS_.
    private static IEnumerable<string> Names<T>(T set, string prefix) where T : struct, Enum => Enum.GetValues<T>()
        .Where(v => System.Numerics.BitOperations.IsPow2(Convert.ToUInt64(v, null)) && set.HasFlag(v))
        .Select(v => prefix + string.Concat(v.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString())));
}
