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
    /// Where the arguments are of the program that the process ran (proc_pid_stat(5), arg_start). 0 where neither that is known nor what follows.
    /// </summary>
    public ulong Program { get; init; }

    /// <summary>Which of the programs that is that the process and those that it comes from have executed, by their number.</summary>
    public uint Executions { get; init; }

    /// <summary>The effective user id, as the initial user namespace has it.</summary>
    public uint User { get; init; }
}
