namespace Sandbox;

/// <summary>Why a denial belongs to what is watched: the first rule that matched.</summary>
public enum SeccompDenialScope
{
    /// <summary>The sandbox's own filter told of it.</summary>
    Sandbox,

    /// <summary>The process itself, or one of its threads.</summary>
    Process,

    /// <summary>A child, or a child's child, of the process.</summary>
    Descendant,

    /// <summary>A member of the cgroup, by its cgroup.procs.</summary>
    Cgroup,

    /// <summary>A member of a cgroup below the watched one.</summary>
    CgroupBelow,

    /// <summary>A process of the same pid namespace.</summary>
    PidNamespace,

    /// <summary>Every process is watched.</summary>
    All,
}
