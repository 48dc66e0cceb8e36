namespace Sandbox;

/// <summary>What kind of thing a call was refused.</summary>
public enum SandboxViolationCategory
{
    /// <summary>Files and directories, by path or by descriptor.</summary>
    File,

    /// <summary>Sockets.</summary>
    Network,

    /// <summary>Other processes, identities, namespaces: clone, execve, kill, ptrace, setuid, …</summary>
    Process,

    /// <summary>Any other call.</summary>
    Syscall,
}
