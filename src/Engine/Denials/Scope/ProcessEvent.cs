namespace Sandbox.Denials;

/// <summary>What happened to a process.</summary>
internal enum ProcessEventKind
{
    Fork,
    Exec,
    Exit,
}

/// <summary>One event of the kernel's process connector (linux/cn_proc.h).</summary>
/// <param name="Kind">What.</param>
/// <param name="ProcessId">The process; of a fork the child.</param>
/// <param name="Parent">Of a fork: the parent process.</param>
/// <param name="Nanoseconds">When, by CLOCK_MONOTONIC.</param>
internal readonly record struct ProcessEvent(ProcessEventKind Kind, int ProcessId, int Parent, ulong Nanoseconds);
