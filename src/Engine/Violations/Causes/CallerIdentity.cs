using System.Globalization;
using Sandbox.Hardening;

namespace Sandbox.Violations;

/// <summary>By whom the kernel judges an access: the file system ids, the groups, the capabilities and where those count.</summary>
internal sealed record CallerIdentity
{
    /// <summary>The inode number of the first user namespace (linux/proc_ns.h, PROC_USER_INIT_INO).</summary>
    public const uint InitialUserNamespace = 0xEFFFFFFD;

    public required uint User { get; init; }

    public required uint Group { get; init; }

    /// <summary>Null where they aren't known.</summary>
    public required IReadOnlyList<uint>? Groups { get; init; }

    public required ulong Capabilities { get; init; }

    public required bool InInitialNamespace { get; init; }

    /// <summary>The ids of its user namespace; null where they aren't known.</summary>
    public required IdRanges? Users { get; init; }

    public required IdRanges? UserGroups { get; init; }

    /// <summary>Whether it is in a group; null where that isn't known.</summary>
    public bool? IsMember(uint group) => group == Group ? true : Groups?.Contains(group);

    public bool Has(int capability) => ((Capabilities >> capability) & 1) != 0;

    /// <summary>Whether a capability counts for a file: its ids must exist in the caller's user namespace (capabilities(7)); null where that isn't known.</summary>
    public bool? HasOver(int capability, Inode file)
    {
        if (!Has(capability)) return false;
        if (InInitialNamespace) return true;
        return Users is null || UserGroups is null ? null : Users.Has(file.Owner) && UserGroups.Has(file.Group);
    }

    /// <summary>Why a capability doesn't help.</summary>
    public string Lacks(int capability) => Has(capability)
        ? $"its {Capability.Name(capability)} doesn't count: the file's owner has no id in its user namespace"
        : $"no {Capability.Name(capability)}";

    public override string ToString() => Group == User
        ? string.Create(CultureInfo.InvariantCulture, $"user and group {User}")
        : string.Create(CultureInfo.InvariantCulture, $"user {User}, group {Group}");
}
