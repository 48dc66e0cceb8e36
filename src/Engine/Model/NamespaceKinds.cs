namespace Sandbox;

/// <summary>The namespaces of namespaces(7).</summary>
[Flags]
public enum NamespaceKinds
{
    /// <summary>None: the caller's.</summary>
    None = 0,

    /// <summary>user_namespaces(7).</summary>
    User = 1,

    /// <summary>mount_namespaces(7).</summary>
    Mount = 2,

    /// <summary>pid_namespaces(7).</summary>
    Pid = 4,

    /// <summary>network_namespaces(7); follows <c>-Network None</c>.</summary>
    Network = 8,

    /// <summary>ipc_namespaces(7).</summary>
    Ipc = 16,

    /// <summary>uts_namespaces(7).</summary>
    Uts = 32,

    /// <summary>cgroup_namespaces(7).</summary>
    Cgroup = 64,

    /// <summary>time_namespaces(7).</summary>
    Time = 128,

    /// <summary>All of them.</summary>
    All = 255,
}
