namespace Sandbox.Violations;

/// <summary>In which user namespace a capability is asked for.</summary>
internal enum CapabilityPlace
{
    /// <summary>The caller's own.</summary>
    Own,

    /// <summary>The first one: no sandbox with a user namespace of its own has it.</summary>
    First,

    /// <summary>The owner's of the caller's mount namespace.</summary>
    Mounts,

    /// <summary>The owner's of its network namespace.</summary>
    Network,

    /// <summary>The owner's of its UTS namespace.</summary>
    HostName,

    /// <summary>The owner's of its pid namespace.</summary>
    Processes,
}
