namespace Sandbox;

/// <summary>One system call that failed because something refused it.</summary>
public sealed class SandboxViolation
{
    /// <summary>When the call returned.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What kind of thing it was refused.</summary>
    public required SandboxViolationCategory Category { get; init; }

    /// <summary>What it wanted, by one word for all calls that do the same: <c>open</c>, <c>unlink</c>, <c>mkdir</c>, <c>rename</c>, <c>connect</c>, …</summary>
    public required string Operation { get; init; }

    /// <summary>The call's name; <c>#number</c> where no table has it.</summary>
    public required string Syscall { get; init; }

    /// <summary>The number that the caller gave.</summary>
    public required int SyscallNumber { get; init; }

    /// <summary>The architecture of the call as uname(2) names it.</summary>
    public required string Architecture { get; init; }

    /// <summary>
    /// The path from the caller's root, joined with the directory that it was relative to; null where the call has none or it couldn't be
    /// read. Links, "." and ".." are as the program gave them.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>The second path of calls that have two, such as rename(2) and link(2).</summary>
    public string? Destination { get; init; }

    /// <summary>Whether <see cref="Path"/> and <see cref="Destination"/> are what the call had; false where a part of them had to be guessed or is missing.</summary>
    public bool PathCertain { get; init; } = true;

    /// <summary>The socket address: <c>inet 192.0.2.1:443</c>, <c>inet6 [::1]:80</c>, <c>unix /run/x</c>, <c>unix @abstract</c>; null where there is none.</summary>
    public string? Address { get; init; }

    /// <summary>The flags by name, such as <c>O_WRONLY|O_CREAT</c>; null where the call has none.</summary>
    public string? Flags { get; init; }

    /// <summary>The errno.</summary>
    public required int Errno { get; init; }

    /// <summary>Its name, such as <c>EACCES</c>.</summary>
    public required string ErrorName { get; init; }

    /// <summary>What it means: <c>Permission denied</c>.</summary>
    public required string ErrorMessage { get; init; }

    /// <summary>Who refused it.</summary>
    public required SandboxViolationCause Cause { get; init; }

    /// <summary>What that is concluded from; for <c>Unknown</c>, what was looked at.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>What would allow it; null where nothing of this module would.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The process, by its id on the host.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The thread, by its id on the host.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The process, by its id in its own pid namespace.</summary>
    public required int NamespaceProcessId { get; init; }

    /// <summary>The thread, by its id in its own pid namespace.</summary>
    public required int NamespaceThreadId { get; init; }

    /// <summary>The parent, by its id on the host.</summary>
    public required int ParentProcessId { get; init; }

    /// <summary>The parent, its parent, and so on, by their ids on the host, as it was at the time of the call; at most eight.</summary>
    public IReadOnlyList<int> Ancestors { get; init; } = [];

    /// <summary>The effective user on the host.</summary>
    public required long UserId { get; init; }

    /// <summary>The thread's name (comm), of at most 15 bytes.</summary>
    public required string ProcessName { get; init; }

    /// <summary>The program that it runs, from its own root; null where that couldn't be read.</summary>
    public string? Executable { get; init; }

    /// <summary>The id of its cgroup of version 2.</summary>
    public ulong CgroupId { get; init; }

    /// <summary>The Id of the hardened process that it belongs to; null where it was watched by other means.</summary>
    public int? SandboxId { get; init; }

    /// <summary>The six arguments, raw.</summary>
    public IReadOnlyList<ulong> Arguments { get; init; } = [];

    /// <summary>The arguments in the kernel's names, as far as they could be read.</summary>
    public IReadOnlyList<DecodedArgument> DecodedArguments { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Operation} {Path ?? Address ?? Syscall}: {ErrorName} ({ProcessName}, {ProcessId})";
}
