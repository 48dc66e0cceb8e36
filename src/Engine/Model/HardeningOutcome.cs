namespace Sandbox;

/// <summary>One protection of one run: what was asked, what the kernel answered, and what to do about it.</summary>
public sealed record HardeningOutcome
{
    /// <summary>The protection, in the kernel's terms: <c>no_new_privs</c>, <c>user_namespace</c>, <c>rlimit_nofile</c>, …</summary>
    public required string Name { get; init; }

    /// <summary>Whether the profile or a parameter asked for it.</summary>
    public required bool Requested { get; init; }

    /// <summary>Applied only when the kernel was asked afterwards and confirmed it.</summary>
    public required OutcomeStatus Status { get; init; }

    /// <summary>The errno of the failed call, 0 where none failed.</summary>
    public int Errno { get; init; }

    /// <summary>The name of <see cref="Errno"/>, such as <c>EPERM</c>.</summary>
    public string? ErrnoName { get; init; }

    /// <summary>The call that made it so or failed.</summary>
    public string? Syscall { get; init; }

    /// <summary>What was read back, or why it failed or was skipped.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do next, drawn from this machine's state.</summary>
    public string? Remedy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => ErrnoName is null ? $"{Name}: {Status}" : $"{Name}: {Status} ({Syscall} gave {ErrnoName})";
}
