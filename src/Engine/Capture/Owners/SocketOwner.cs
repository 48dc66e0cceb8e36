namespace Sandbox.Capture;

/// <summary>Whose a socket is.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="ThreadId">Its thread that used the socket last; 0 where it has several and none has used it since the start.</param>
/// <param name="Name">The process's name (proc_pid_comm(5)), at most 15 bytes.</param>
internal readonly record struct SocketOwner(int ProcessId, int ThreadId, string Name)
{
    /// <summary>When the process started, in nanoseconds since boot; its id may have been another's before. 0 where that isn't known.</summary>
    public long Started { get; init; }

    /// <summary>
    /// Which of the programs is meant that the process has executed: where that one's arguments are (proc_pid_stat(5), arg_start), and in the
    /// uppermost byte how many there were before. 0 where that isn't known.
    /// </summary>
    public ulong Program { get; init; }
}
